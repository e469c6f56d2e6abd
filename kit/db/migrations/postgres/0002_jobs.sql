CREATE TABLE jobs (
    tenant_id uuid NOT NULL DEFAULT nullif(current_setting('app.tenant_id', true), '')::uuid,
    id uuid NOT NULL,
    kind text NOT NULL,
    data jsonb NOT NULL,
    state text NOT NULL CHECK (state IN ('waiting', 'running', 'done', 'dead')),
    due_at timestamptz NOT NULL,
    attempts bigint NOT NULL CHECK (attempts >= 0),
    max_attempts bigint NOT NULL CHECK (max_attempts >= 1),
    unique_key text,
    progress_done bigint NOT NULL,
    progress_total bigint,
    progress_note text,
    result jsonb,
    last_error text,
    created_at timestamptz NOT NULL,
    finished_at timestamptz,
    CHECK ((finished_at IS NOT NULL) = (state IN ('done', 'dead'))),
    PRIMARY KEY (tenant_id, id)
);

CREATE UNIQUE INDEX jobs_unique_key_key ON jobs (tenant_id, unique_key) WHERE state = 'waiting';
CREATE INDEX jobs_due_idx ON jobs (tenant_id, due_at, id) WHERE finished_at IS NULL;
CREATE INDEX jobs_running_idx ON jobs (tenant_id, id) WHERE state = 'running';
CREATE INDEX jobs_finished_idx ON jobs (tenant_id, finished_at) WHERE finished_at IS NOT NULL;

-- What is to be done again and again, and when next.
CREATE TABLE schedules (
    tenant_id uuid NOT NULL DEFAULT nullif(current_setting('app.tenant_id', true), '')::uuid,
    name text NOT NULL,
    next_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, name)
);
