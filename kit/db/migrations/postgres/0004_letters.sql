-- How many letters were sent on a day, since the epoch: to each address, by its digest, and, under none, to all.
CREATE TABLE letters_sent (
    tenant_id uuid NOT NULL DEFAULT nullif(current_setting('app.tenant_id', true), '')::uuid,
    day bigint NOT NULL,
    recipient bytea NOT NULL,
    letters bigint NOT NULL CHECK (letters > 0),
    PRIMARY KEY (tenant_id, day, recipient)
);
