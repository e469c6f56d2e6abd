-- Requests that came with a key of their own, and what they were answered; the answer is sealed.
CREATE TABLE idempotency_keys (
    tenant_id uuid NOT NULL DEFAULT nullif(current_setting('app.tenant_id', true), '')::uuid,
    key bytea NOT NULL,
    request bytea NOT NULL,
    at timestamptz NOT NULL,
    status bigint NOT NULL,
    answer bytea NOT NULL,
    PRIMARY KEY (tenant_id, key)
);

CREATE INDEX idempotency_keys_at ON idempotency_keys (tenant_id, at);
