CREATE TABLE journal_head (
    id INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    seq INTEGER NOT NULL,
    hash BLOB NOT NULL
) STRICT;

INSERT INTO journal_head (id, seq, hash) VALUES (1, 0, zeroblob(32));

CREATE TABLE journal (
    seq INTEGER NOT NULL PRIMARY KEY,
    at INTEGER NOT NULL,
    actor TEXT NOT NULL,
    kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    data TEXT NOT NULL,
    digest BLOB NOT NULL,
    hash BLOB NOT NULL
) STRICT;

-- How often a tenant's public content has changed, for the other processes that cache it.
CREATE TABLE generations (
    tenant_id BLOB NOT NULL PRIMARY KEY,
    number INTEGER NOT NULL,
    touched_at INTEGER NOT NULL
) STRICT;

CREATE INDEX generations_touched_at ON generations (touched_at);

-- Which master key the stores were made with.
CREATE TABLE master_key (
    id INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    fingerprint BLOB NOT NULL,
    made_at INTEGER NOT NULL
) STRICT;

-- The tenants' keys, wrapped by the master key.
CREATE TABLE keyring (
    tenant_id BLOB NOT NULL,
    version INTEGER NOT NULL,
    wrapped BLOB NOT NULL,
    made_at INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, version)
) STRICT;
