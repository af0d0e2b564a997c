-- What a posted form made, so that the same post, repeated, makes nothing twice. Twin of migrations/postgres.

CREATE TABLE form_receipt (
    account_id BIGINT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    -- Hash of the function, the key in the form and what was typed.
    key TEXT NOT NULL,
    -- The id of what was made; empty only inside the transaction that makes it.
    made_id BIGINT,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (account_id, key)
);
CREATE INDEX form_receipt_by_age ON form_receipt (created_at);
