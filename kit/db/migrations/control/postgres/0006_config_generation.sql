-- How often what public pages show has changed, and what the tenant is and may do.
ALTER TABLE generations RENAME COLUMN number TO content;
ALTER TABLE generations ADD COLUMN config bigint NOT NULL DEFAULT 0;
