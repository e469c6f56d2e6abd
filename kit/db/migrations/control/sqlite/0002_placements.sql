-- Where tenants' stores are kept. `main` is what the settings name: on SQLite, the data directory.
CREATE TABLE shards (
    name TEXT NOT NULL PRIMARY KEY,
    url TEXT,
    owner_url TEXT,
    tenants INTEGER NOT NULL CHECK (tenants >= 0),
    dedicated INTEGER NOT NULL CHECK (dedicated IN (0, 1)),
    added_at INTEGER NOT NULL
) STRICT;

INSERT INTO shards (name, tenants, dedicated, added_at) VALUES ('main', 0, 0, 1767225600000000);

-- Where each tenant's store is. Its epoch rises when it moves.
CREATE TABLE placements (
    tenant_id BLOB NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('file', 'pool', 'dedicated')),
    shard TEXT NOT NULL REFERENCES shards (name),
    epoch INTEGER NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('open', 'fenced'))
) STRICT;

CREATE INDEX placements_shard_idx ON placements (shard);
