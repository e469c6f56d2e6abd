-- A file that was sent, and how far its import is: `position` is the byte of the file where the next batch begins.
CREATE TABLE imports (
    tenant_id uuid NOT NULL DEFAULT nullif(current_setting('app.tenant_id', true), '')::uuid,
    id uuid NOT NULL,
    kind text NOT NULL,
    format text NOT NULL,
    file_name text NOT NULL,
    currency text NOT NULL,
    size bigint NOT NULL,
    digest bytea,
    state text NOT NULL CHECK (state IN ('receiving', 'waiting', 'running', 'done', 'failed', 'cancelled')),
    position bigint NOT NULL,
    next_row bigint NOT NULL,
    header jsonb,
    rows_total bigint,
    rows_read bigint NOT NULL,
    created bigint NOT NULL,
    updated bigint NOT NULL,
    unchanged bigint NOT NULL,
    rejected bigint NOT NULL,
    faults bigint NOT NULL,
    faults_omitted bigint NOT NULL,
    failure_code text,
    failure_detail text,
    created_by text NOT NULL,
    created_at timestamptz NOT NULL,
    started_at timestamptz,
    finished_at timestamptz,
    touched_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id)
);

CREATE INDEX imports_state_idx ON imports (tenant_id, state, id);

-- The file, in pieces of equal length; gone when the import is over.
CREATE TABLE import_chunks (
    tenant_id uuid NOT NULL DEFAULT nullif(current_setting('app.tenant_id', true), '')::uuid,
    import_id uuid NOT NULL,
    seq bigint NOT NULL,
    bytes bytea NOT NULL,
    PRIMARY KEY (tenant_id, import_id, seq),
    FOREIGN KEY (tenant_id, import_id) REFERENCES imports (tenant_id, id) ON DELETE CASCADE
);

CREATE TABLE import_faults (
    tenant_id uuid NOT NULL DEFAULT nullif(current_setting('app.tenant_id', true), '')::uuid,
    import_id uuid NOT NULL,
    number bigint NOT NULL,
    row_number bigint NOT NULL,
    column_name text NOT NULL,
    code text NOT NULL,
    reason text NOT NULL,
    PRIMARY KEY (tenant_id, import_id, number),
    FOREIGN KEY (tenant_id, import_id) REFERENCES imports (tenant_id, id) ON DELETE CASCADE
);

CREATE INDEX import_faults_row_idx ON import_faults (tenant_id, import_id, row_number, number);

-- All rows of every record that was left out, as they stood in the file.
CREATE TABLE import_rejected_rows (
    tenant_id uuid NOT NULL DEFAULT nullif(current_setting('app.tenant_id', true), '')::uuid,
    import_id uuid NOT NULL,
    row_number bigint NOT NULL,
    cells jsonb NOT NULL,
    PRIMARY KEY (tenant_id, import_id, row_number),
    FOREIGN KEY (tenant_id, import_id) REFERENCES imports (tenant_id, id) ON DELETE CASCADE
);
