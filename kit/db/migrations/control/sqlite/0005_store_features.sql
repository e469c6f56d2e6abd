-- The features whose tables a tenant's store has: those that are on, or once were.
ALTER TABLE placements ADD COLUMN features TEXT NOT NULL DEFAULT '[]';
