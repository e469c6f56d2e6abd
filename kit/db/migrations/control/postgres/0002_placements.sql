-- The databases that keep tenants' stores. `main` is the one that the settings name; the others are named here, without
-- their passwords. How many stores each keeps is counted by the statement that places one.
CREATE TABLE shards (
    name text COLLATE "C" NOT NULL PRIMARY KEY,
    url text,
    owner_url text,
    tenants bigint NOT NULL CHECK (tenants >= 0),
    dedicated boolean NOT NULL,
    added_at timestamptz NOT NULL
);

INSERT INTO shards (name, tenants, dedicated, added_at) VALUES ('main', 0, false, '2026-01-01 00:00:00Z');

-- Where each tenant's store is. Its epoch rises when it moves.
CREATE TABLE placements (
    tenant_id uuid NOT NULL PRIMARY KEY,
    kind text NOT NULL CHECK (kind IN ('file', 'pool', 'dedicated')),
    shard text COLLATE "C" NOT NULL REFERENCES shards (name),
    epoch bigint NOT NULL,
    state text NOT NULL CHECK (state IN ('open', 'fenced'))
);

CREATE INDEX placements_shard_idx ON placements (shard);
