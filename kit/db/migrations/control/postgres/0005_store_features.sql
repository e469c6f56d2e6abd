-- The features whose tables a tenant's store has: those that are on, or once were. A database has the tables of all.
ALTER TABLE placements ADD COLUMN features jsonb NOT NULL DEFAULT '[]';
