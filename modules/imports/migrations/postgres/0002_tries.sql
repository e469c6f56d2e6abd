-- How often a runner has begun with the import since a batch of it was last committed: one that ends its runners every time
-- is given up.
ALTER TABLE imports ADD COLUMN tries bigint NOT NULL DEFAULT 0;
