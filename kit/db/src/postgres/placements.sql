-- The tenants whose stores are here. A transaction is bound to its tenant by this row, which it sees by asking for it.
CREATE TABLE placements (
    tenant_id uuid NOT NULL PRIMARY KEY,
    epoch bigint NOT NULL,
    open boolean NOT NULL
);

-- Stores that were made before there were placements. Their owner sees rows only while the policy does not hold it.
ALTER TABLE tenant.store NO FORCE ROW LEVEL SECURITY;
INSERT INTO placements (tenant_id, epoch, open) SELECT tenant_id, 1, true FROM tenant.store;
ALTER TABLE tenant.store FORCE ROW LEVEL SECURITY;
