-- Where a business's store is kept is said by the stores themselves.
INSERT INTO placements (tenant_id, kind, shard, epoch, state) SELECT id, placement, 'main', 1, 'open' FROM tenants;

UPDATE shards SET tenants = (SELECT count(*) FROM tenants) WHERE name = 'main';

ALTER TABLE tenants DROP COLUMN placement;
