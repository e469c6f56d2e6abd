CREATE TABLE tenants (
    id BLOB NOT NULL PRIMARY KEY,
    slug TEXT NOT NULL,
    name TEXT NOT NULL,
    email TEXT NOT NULL,
    is_admin INTEGER NOT NULL CHECK (is_admin IN (0, 1)),
    status TEXT NOT NULL CHECK (status IN ('provisioning', 'active', 'suspended', 'deleted')),
    kind TEXT NOT NULL CHECK (kind IN ('store', 'content', 'clinic', 'event')),
    placement TEXT NOT NULL CHECK (placement IN ('file', 'pool')),
    currency TEXT NOT NULL,
    locale TEXT NOT NULL,
    time_zone TEXT NOT NULL,
    features TEXT NOT NULL,
    primary_site BLOB,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    version INTEGER NOT NULL,
    UNIQUE (slug)
) STRICT;

CREATE INDEX tenants_provisioning_idx ON tenants (created_at) WHERE status = 'provisioning';

CREATE TABLE hosts (
    host TEXT NOT NULL,
    tenant_id BLOB NOT NULL REFERENCES tenants (id),
    site_id BLOB NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (host)
) STRICT;

CREATE INDEX hosts_tenant_id_idx ON hosts (tenant_id, host);
