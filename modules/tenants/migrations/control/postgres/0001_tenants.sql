CREATE TABLE tenants (
    id uuid NOT NULL PRIMARY KEY,
    slug text COLLATE "C" NOT NULL,
    name text NOT NULL,
    email text NOT NULL,
    is_admin boolean NOT NULL,
    status text NOT NULL CHECK (status IN ('provisioning', 'active', 'suspended', 'deleted')),
    kind text NOT NULL CHECK (kind IN ('store', 'content', 'clinic', 'event')),
    placement text NOT NULL CHECK (placement IN ('file', 'pool')),
    currency text NOT NULL,
    locale text NOT NULL,
    time_zone text NOT NULL,
    features jsonb NOT NULL,
    primary_site uuid,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    version bigint NOT NULL,
    CONSTRAINT tenants_slug_key UNIQUE (slug)
);

CREATE INDEX tenants_provisioning_idx ON tenants (created_at) WHERE status = 'provisioning';

CREATE TABLE hosts (
    host text COLLATE "C" NOT NULL,
    tenant_id uuid NOT NULL REFERENCES tenants (id),
    site_id uuid NOT NULL,
    created_at timestamptz NOT NULL,
    CONSTRAINT hosts_host_key PRIMARY KEY (host)
);

CREATE INDEX hosts_tenant_id_idx ON hosts (tenant_id, host);
