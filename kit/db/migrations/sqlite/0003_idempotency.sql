-- Requests that came with a key of their own, and what they were answered; the answer is sealed.
CREATE TABLE idempotency_keys (
    key BLOB NOT NULL PRIMARY KEY,
    request BLOB NOT NULL,
    at INTEGER NOT NULL,
    status INTEGER NOT NULL,
    answer BLOB NOT NULL
) STRICT;

CREATE INDEX idempotency_keys_at ON idempotency_keys (at);
