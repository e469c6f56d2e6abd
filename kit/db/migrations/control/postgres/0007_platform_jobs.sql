-- What the platform itself does later, in tables like those of tenants' stores. It has a row of wakeups, too: of the nil id.
CREATE TABLE jobs (
    id uuid NOT NULL PRIMARY KEY,
    kind text NOT NULL,
    data bytea,
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
    CHECK ((finished_at IS NOT NULL) = (state IN ('done', 'dead')))
);

CREATE UNIQUE INDEX jobs_unique_key_key ON jobs (unique_key) WHERE state = 'waiting';
CREATE INDEX jobs_due_idx ON jobs (due_at, id) WHERE finished_at IS NULL;
CREATE INDEX jobs_running_idx ON jobs (id) WHERE state = 'running';
CREATE INDEX jobs_finished_idx ON jobs (finished_at) WHERE finished_at IS NOT NULL;

CREATE TABLE schedules (
    name text NOT NULL PRIMARY KEY,
    next_at timestamptz NOT NULL
);
