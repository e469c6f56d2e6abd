-- A line of each tenant's journal as it was seen last: a journal that was cut off or rewritten no longer has it.
CREATE TABLE journal_anchors (
    tenant_id BLOB NOT NULL PRIMARY KEY,
    seq INTEGER NOT NULL,
    hash BLOB NOT NULL,
    anchored_at INTEGER NOT NULL
) STRICT;
