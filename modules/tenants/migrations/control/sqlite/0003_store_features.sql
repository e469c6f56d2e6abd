-- Stores that were made before a feature had tables of its own have the tables of those that are on.
UPDATE placements SET features = (SELECT features FROM tenants WHERE id = tenant_id)
WHERE tenant_id IN (SELECT id FROM tenants);
