-- A job has an id of its own and says what it is for, so that mail that is not tracked can ride in the outbox too. Jobs
-- that wait are carried over. Twin of migrations/postgres.

CREATE TABLE waiting_job AS SELECT email_id, run_at, attempts, lease_owner, lease_until, handing_over_at FROM outbox_job;
DROP TABLE outbox_job;

-- One hand-over to make. Gone when it is made.
CREATE TABLE outbox_job (
    -- Never given twice: it is part of what the hand-over reports under.
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    -- 'email': a tracked email, which it names.
    purpose TEXT NOT NULL,
    email_id BIGINT UNIQUE REFERENCES email (id) ON DELETE CASCADE,
    run_at BIGINT NOT NULL,
    attempts BIGINT NOT NULL DEFAULT 0,
    lease_owner TEXT,
    lease_until BIGINT,
    -- Set, and committed, before the first byte of the message goes out: from here on a lost answer is a doubt.
    handing_over_at BIGINT,
    CHECK (purpose <> 'email' OR email_id IS NOT NULL)
);
CREATE INDEX outbox_job_due ON outbox_job (run_at);

INSERT INTO outbox_job (purpose, email_id, run_at, attempts, lease_owner, lease_until, handing_over_at)
SELECT 'email', email_id, run_at, attempts, lease_owner, lease_until, handing_over_at FROM waiting_job ORDER BY email_id;
DROP TABLE waiting_job;
