CREATE TABLE users (
    id BLOB NOT NULL PRIMARY KEY,
    email TEXT NOT NULL,
    name TEXT NOT NULL,
    password_hash TEXT,
    email_verified_at INTEGER,
    image TEXT,
    active INTEGER NOT NULL CHECK (active IN (0, 1)),
    last_login_at INTEGER,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    version INTEGER NOT NULL,
    UNIQUE (email)
) STRICT;

CREATE TABLE memberships (
    id BLOB NOT NULL PRIMARY KEY,
    tenant_id BLOB NOT NULL,
    user_id BLOB NOT NULL REFERENCES users (id),
    role TEXT NOT NULL CHECK (role IN ('OWNER', 'ADMIN', 'STAFF')),
    is_default INTEGER NOT NULL CHECK (is_default IN (0, 1)),
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    UNIQUE (tenant_id, user_id)
) STRICT;

CREATE INDEX memberships_user_id_idx ON memberships (user_id, created_at, id);
CREATE UNIQUE INDEX memberships_default_key ON memberships (user_id) WHERE is_default;

CREATE TABLE sessions (
    id BLOB NOT NULL PRIMARY KEY,
    token_hash BLOB NOT NULL,
    user_id BLOB NOT NULL REFERENCES users (id),
    membership_id BLOB REFERENCES memberships (id) ON DELETE SET NULL,
    -- A browser's, found by its cookie's token; or a program's, that its access and refresh tokens name.
    kind TEXT NOT NULL CHECK (kind IN ('browser', 'token')),
    -- How often its refresh token was renewed.
    renewals INTEGER NOT NULL,
    user_agent TEXT,
    created_at INTEGER NOT NULL,
    last_seen_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    UNIQUE (token_hash)
) STRICT;

CREATE INDEX sessions_user_id_idx ON sessions (user_id, created_at, id);
CREATE INDEX sessions_membership_id_idx ON sessions (membership_id);

CREATE TABLE api_keys (
    id BLOB NOT NULL PRIMARY KEY,
    tenant_id BLOB NOT NULL,
    token_hash BLOB NOT NULL,
    name TEXT NOT NULL,
    -- The keys of its permissions, with a space between.
    permissions TEXT NOT NULL,
    created_by BLOB NOT NULL REFERENCES users (id),
    created_at INTEGER NOT NULL,
    expires_at INTEGER,
    last_used_at INTEGER,
    UNIQUE (token_hash)
) STRICT;

CREATE INDEX api_keys_tenant_id_idx ON api_keys (tenant_id, id);
