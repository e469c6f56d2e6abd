-- Which tenants' jobs somebody should look at, and when. Written before a tenant's store is, so that a job is never
-- forgotten; taken away by whoever holds the lease and has found nothing left to do.
CREATE TABLE wakeups (
    tenant_id BLOB NOT NULL PRIMARY KEY,
    due_at INTEGER NOT NULL,
    lease_until INTEGER,
    node BLOB,
    touched_at INTEGER NOT NULL
) STRICT;

CREATE INDEX wakeups_due_idx ON wakeups (due_at);
