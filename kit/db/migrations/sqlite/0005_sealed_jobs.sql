-- What a job is to be done with is sealed with the tenant's key. Nothing: it needs nothing, or it was done and that is forgotten.
ALTER TABLE jobs DROP COLUMN data;
ALTER TABLE jobs ADD COLUMN data BLOB;
