-- A line of each tenant's journal as it was seen last: a journal that was cut off or rewritten no longer has it.
CREATE TABLE journal_anchors (
    tenant_id uuid NOT NULL PRIMARY KEY,
    seq bigint NOT NULL,
    hash bytea NOT NULL,
    anchored_at timestamptz NOT NULL
);
