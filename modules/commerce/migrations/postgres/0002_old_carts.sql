CREATE INDEX carts_updated_at_idx ON carts (tenant_id, updated_at);
