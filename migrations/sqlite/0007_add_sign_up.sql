-- Sign-up: who owns the installation, which addresses are proved, and an account's own mails. Twin of migrations/postgres.

-- When the member proved that mail to their address reaches them; NULL as long as they did not.
ALTER TABLE member ADD COLUMN verified_at BIGINT;

-- One row: the account of whoever signed up first. Accounts of the demo count as nobody's.
CREATE TABLE installation (
    id BIGINT PRIMARY KEY CHECK (id = 1),
    owner_account_id BIGINT NOT NULL REFERENCES account (id),
    created_at BIGINT NOT NULL
);
INSERT INTO installation (id, owner_account_id, created_at)
SELECT 1, membership.account_id, membership.created_at FROM membership JOIN member ON member.id = membership.member_id
WHERE member.email_key NOT IN ('demo@callboard.test', 'handler@callboard.test')
ORDER BY membership.created_at, membership.account_id LIMIT 1;

-- What a member was mailed to prove something by: the newest of its kind alone. Kept as a hash, for a code one that needs the
-- installation's key.
CREATE TABLE member_token (
    member_id BIGINT NOT NULL REFERENCES member (id) ON DELETE CASCADE,
    kind TEXT NOT NULL,
    token_hash TEXT NOT NULL UNIQUE,
    -- The address that it proves, as typed.
    address TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    tries BIGINT NOT NULL DEFAULT 0,
    used_at BIGINT,
    PRIMARY KEY (member_id, kind)
);
CREATE INDEX member_token_by_expiry ON member_token (expires_at);

-- An account's own mail: not tracked, in no contact's history, and its fate changes nothing but this row.
CREATE TABLE system_mail (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    member_id BIGINT NOT NULL REFERENCES member (id) ON DELETE CASCADE,
    kind TEXT NOT NULL,
    recipient TEXT NOT NULL,
    subject TEXT NOT NULL,
    -- What its code or link is derived from, with the installation's key; gone once it was handed over.
    seed TEXT,
    reference TEXT NOT NULL UNIQUE,
    message_id TEXT NOT NULL UNIQUE,
    provider TEXT NOT NULL,
    provider_message_id TEXT,
    created_at BIGINT NOT NULL,
    handed_over_at BIGINT,
    -- Given up, and why; or why it still waits.
    failed_at BIGINT,
    reason TEXT
);
CREATE INDEX system_mail_of_member ON system_mail (member_id, kind, created_at);
CREATE INDEX system_mail_by_age ON system_mail (created_at);
CREATE INDEX system_mail_by_provider_id ON system_mail (provider_message_id);

-- Purpose 'system': an account's own mail, which it names.
ALTER TABLE outbox_job ADD COLUMN system_mail_id BIGINT REFERENCES system_mail (id) ON DELETE CASCADE;
CREATE UNIQUE INDEX outbox_job_of_system_mail ON outbox_job (system_mail_id);
