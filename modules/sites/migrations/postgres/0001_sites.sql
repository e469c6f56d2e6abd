CREATE TABLE sites (
    tenant_id uuid NOT NULL DEFAULT nullif(current_setting('app.tenant_id', true), '')::uuid,
    id uuid NOT NULL,
    name text NOT NULL,
    kind text NOT NULL CHECK (kind IN ('store', 'content', 'clinic', 'event')),
    theme text NOT NULL,
    locale text NOT NULL,
    time_zone text NOT NULL,
    tagline text,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    version bigint NOT NULL,
    PRIMARY KEY (tenant_id, id)
);

CREATE INDEX sites_created_at_idx ON sites (tenant_id, created_at, id);
