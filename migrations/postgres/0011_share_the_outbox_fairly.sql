-- Who waits in the outbox: jobs are taken in turn by account, what somebody clicked before what was sent to many, and no faster
-- than the provider takes them. Twin of migrations/sqlite.

-- Empty for an account's own mails, which take turns as one account does.
ALTER TABLE outbox_job ADD COLUMN account_id BIGINT;
-- 1: one of many that were sent at once.
ALTER TABLE outbox_job ADD COLUMN is_batch BIGINT NOT NULL DEFAULT 0;
UPDATE outbox_job SET account_id = (SELECT account_id FROM email WHERE email.id = outbox_job.email_id);

-- Until when the pace of mails is used up, in microseconds since 1970. One row, used where a pace is set.
CREATE TABLE outbox_pace (
    id BIGINT PRIMARY KEY CHECK (id = 1),
    used_until BIGINT NOT NULL
);
INSERT INTO outbox_pace (id, used_until) VALUES (1, 0);
