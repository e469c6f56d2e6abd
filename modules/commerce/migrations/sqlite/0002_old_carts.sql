CREATE INDEX carts_updated_at_idx ON carts (updated_at);
