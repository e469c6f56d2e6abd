-- A file that was sent, and how far its import is: `position` is the byte of the file where the next batch begins.
CREATE TABLE imports (
    id BLOB NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL,
    format TEXT NOT NULL,
    file_name TEXT NOT NULL,
    currency TEXT NOT NULL,
    size INTEGER NOT NULL,
    digest BLOB,
    state TEXT NOT NULL CHECK (state IN ('receiving', 'waiting', 'running', 'done', 'failed', 'cancelled')),
    position INTEGER NOT NULL,
    next_row INTEGER NOT NULL,
    header TEXT,
    rows_total INTEGER,
    rows_read INTEGER NOT NULL,
    created INTEGER NOT NULL,
    updated INTEGER NOT NULL,
    unchanged INTEGER NOT NULL,
    rejected INTEGER NOT NULL,
    faults INTEGER NOT NULL,
    faults_omitted INTEGER NOT NULL,
    failure_code TEXT,
    failure_detail TEXT,
    created_by TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    started_at INTEGER,
    finished_at INTEGER,
    touched_at INTEGER NOT NULL
) STRICT;

CREATE INDEX imports_state_idx ON imports (state, id);

-- The file, in pieces of equal length; gone when the import is over.
CREATE TABLE import_chunks (
    import_id BLOB NOT NULL,
    seq INTEGER NOT NULL,
    bytes BLOB NOT NULL,
    PRIMARY KEY (import_id, seq),
    FOREIGN KEY (import_id) REFERENCES imports (id) ON DELETE CASCADE
) STRICT;

CREATE TABLE import_faults (
    import_id BLOB NOT NULL,
    number INTEGER NOT NULL,
    row_number INTEGER NOT NULL,
    column_name TEXT NOT NULL,
    code TEXT NOT NULL,
    reason TEXT NOT NULL,
    PRIMARY KEY (import_id, number),
    FOREIGN KEY (import_id) REFERENCES imports (id) ON DELETE CASCADE
) STRICT;

CREATE INDEX import_faults_row_idx ON import_faults (import_id, row_number, number);

-- All rows of every record that was left out, as they stood in the file.
CREATE TABLE import_rejected_rows (
    import_id BLOB NOT NULL,
    row_number INTEGER NOT NULL,
    cells TEXT NOT NULL,
    PRIMARY KEY (import_id, row_number),
    FOREIGN KEY (import_id) REFERENCES imports (id) ON DELETE CASCADE
) STRICT;
