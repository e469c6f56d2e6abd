-- What the platform itself does later, in tables like those of tenants' stores. It has a row of wakeups, too: of the nil id.
CREATE TABLE jobs (
    id BLOB NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL,
    data BLOB,
    state TEXT NOT NULL CHECK (state IN ('waiting', 'running', 'done', 'dead')),
    due_at INTEGER NOT NULL,
    attempts INTEGER NOT NULL CHECK (attempts >= 0),
    max_attempts INTEGER NOT NULL CHECK (max_attempts >= 1),
    unique_key TEXT,
    progress_done INTEGER NOT NULL,
    progress_total INTEGER,
    progress_note TEXT,
    result TEXT,
    last_error TEXT,
    created_at INTEGER NOT NULL,
    finished_at INTEGER,
    CHECK ((finished_at IS NOT NULL) = (state IN ('done', 'dead')))
) STRICT;

CREATE UNIQUE INDEX jobs_unique_key_key ON jobs (unique_key) WHERE state = 'waiting';
CREATE INDEX jobs_due_idx ON jobs (due_at, id) WHERE finished_at IS NULL;
CREATE INDEX jobs_running_idx ON jobs (id) WHERE state = 'running';
CREATE INDEX jobs_finished_idx ON jobs (finished_at) WHERE finished_at IS NOT NULL;

CREATE TABLE schedules (
    name TEXT NOT NULL PRIMARY KEY,
    next_at INTEGER NOT NULL
) STRICT;
