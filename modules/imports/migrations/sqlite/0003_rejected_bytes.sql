-- How much of an import's rejected rows is kept: a file must not stay as long as they do.
ALTER TABLE imports ADD COLUMN rejected_bytes INTEGER NOT NULL DEFAULT 0;
