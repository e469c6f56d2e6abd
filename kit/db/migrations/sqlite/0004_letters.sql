-- How many letters were sent on a day, since the epoch: to each address, by its digest, and, under none, to all.
CREATE TABLE letters_sent (
    day INTEGER NOT NULL,
    recipient BLOB NOT NULL,
    letters INTEGER NOT NULL CHECK (letters > 0),
    PRIMARY KEY (day, recipient)
) STRICT, WITHOUT ROWID;
