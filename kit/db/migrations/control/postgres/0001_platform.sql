CREATE TABLE journal_head (
    id bigint NOT NULL PRIMARY KEY CHECK (id = 1),
    seq bigint NOT NULL,
    hash bytea NOT NULL
);

INSERT INTO journal_head (id, seq, hash) VALUES (1, 0, decode(repeat('00', 32), 'hex'));

CREATE TABLE journal (
    seq bigint NOT NULL PRIMARY KEY,
    at timestamptz NOT NULL,
    actor text NOT NULL,
    kind text NOT NULL,
    subject text NOT NULL,
    data text NOT NULL,
    digest bytea NOT NULL,
    hash bytea NOT NULL
);

-- How often a tenant's public content has changed, for the other processes that cache it.
CREATE TABLE generations (
    tenant_id uuid NOT NULL PRIMARY KEY,
    number bigint NOT NULL,
    touched_at timestamptz NOT NULL
);

CREATE INDEX generations_touched_at ON generations (touched_at);

-- Which master key the stores were made with.
CREATE TABLE master_key (
    id bigint NOT NULL PRIMARY KEY CHECK (id = 1),
    fingerprint bytea NOT NULL,
    made_at timestamptz NOT NULL
);

-- The tenants' keys, wrapped by the master key.
CREATE TABLE keyring (
    tenant_id uuid NOT NULL,
    version bigint NOT NULL,
    wrapped bytea NOT NULL,
    made_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, version)
);
