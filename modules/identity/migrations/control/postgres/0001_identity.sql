CREATE TABLE users (
    id uuid NOT NULL PRIMARY KEY,
    email text COLLATE "C" NOT NULL,
    name text NOT NULL,
    password_hash text,
    email_verified_at timestamptz,
    image text,
    active boolean NOT NULL,
    last_login_at timestamptz,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    version bigint NOT NULL,
    CONSTRAINT users_email_key UNIQUE (email)
);

CREATE TABLE memberships (
    id uuid NOT NULL PRIMARY KEY,
    tenant_id uuid NOT NULL,
    user_id uuid NOT NULL REFERENCES users (id),
    role text NOT NULL CHECK (role IN ('OWNER', 'ADMIN', 'STAFF')),
    is_default boolean NOT NULL,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    CONSTRAINT memberships_user_id_key UNIQUE (tenant_id, user_id)
);

CREATE INDEX memberships_user_id_idx ON memberships (user_id, created_at, id);
CREATE UNIQUE INDEX memberships_default_key ON memberships (user_id) WHERE is_default;

CREATE TABLE sessions (
    id uuid NOT NULL PRIMARY KEY,
    token_hash bytea NOT NULL,
    user_id uuid NOT NULL REFERENCES users (id),
    membership_id uuid REFERENCES memberships (id) ON DELETE SET NULL,
    -- A browser's, found by its cookie's token; or a program's, that its access and refresh tokens name.
    kind text NOT NULL CHECK (kind IN ('browser', 'token')),
    -- How often its refresh token was renewed.
    renewals bigint NOT NULL,
    user_agent text,
    created_at timestamptz NOT NULL,
    last_seen_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    CONSTRAINT sessions_token_hash_key UNIQUE (token_hash)
);

CREATE INDEX sessions_user_id_idx ON sessions (user_id, created_at, id);
CREATE INDEX sessions_membership_id_idx ON sessions (membership_id);

CREATE TABLE api_keys (
    id uuid NOT NULL PRIMARY KEY,
    tenant_id uuid NOT NULL,
    token_hash bytea NOT NULL,
    name text NOT NULL,
    -- The keys of its permissions, with a space between.
    permissions text NOT NULL,
    created_by uuid NOT NULL REFERENCES users (id),
    created_at timestamptz NOT NULL,
    expires_at timestamptz,
    last_used_at timestamptz,
    CONSTRAINT api_keys_token_hash_key UNIQUE (token_hash)
);

CREATE INDEX api_keys_tenant_id_idx ON api_keys (tenant_id, id);
