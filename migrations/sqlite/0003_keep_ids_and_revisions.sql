-- Ids that are compared or shown are never used again (AUTOINCREMENT), what a row's deletion does to the rows that name
-- it, an index for each such search, and the revisions of what open pages show. SQLite changes none of that in place:
-- each table is made anew beside the old one and takes its rows and its name over. `Db::migrate` runs this without
-- foreign keys and checks them afterwards. Twin of migrations/postgres.

CREATE TABLE new_account (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL,
    created_at BIGINT NOT NULL
);
INSERT INTO new_account (id, name, created_at)
    SELECT id, name, created_at FROM account;
DROP TABLE account;
ALTER TABLE new_account RENAME TO account;

CREATE TABLE new_member (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    email TEXT NOT NULL,
    email_key TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    password_hash TEXT NOT NULL,
    created_at BIGINT NOT NULL
);
INSERT INTO new_member (id, email, email_key, name, password_hash, created_at)
    SELECT id, email, email_key, name, password_hash, created_at FROM member;
DROP TABLE member;
ALTER TABLE new_member RENAME TO member;

CREATE TABLE new_space (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    account_id BIGINT NOT NULL REFERENCES account (id),
    name TEXT NOT NULL,
    address TEXT NOT NULL
);
INSERT INTO new_space (id, account_id, name, address)
    SELECT id, account_id, name, address FROM space;
DROP TABLE space;
ALTER TABLE new_space RENAME TO space;

CREATE TABLE new_event (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    account_id BIGINT NOT NULL REFERENCES account (id),
    space_id BIGINT REFERENCES space (id) ON DELETE SET NULL,
    name TEXT NOT NULL,
    status TEXT NOT NULL,
    starts_at BIGINT NOT NULL,
    ends_at BIGINT NOT NULL,
    time_zone TEXT NOT NULL,
    pax BIGINT,
    rsvp BIGINT NOT NULL DEFAULT 0,
    created_at BIGINT NOT NULL,
    revision BIGINT NOT NULL DEFAULT 1
);
INSERT INTO new_event (id, account_id, space_id, name, status, starts_at, ends_at, time_zone, pax, rsvp, created_at)
    SELECT id, account_id, space_id, name, status, starts_at, ends_at, time_zone, pax, rsvp, created_at FROM event;
DROP TABLE event;
ALTER TABLE new_event RENAME TO event;
CREATE INDEX event_by_start ON event (account_id, starts_at, id);
CREATE INDEX event_of_space ON event (space_id);

-- `revision` rises with every change that people see; `details_revision` with those of the details, which are saved
-- against it.
CREATE TABLE new_contact (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    account_id BIGINT NOT NULL REFERENCES account (id),
    first_name TEXT NOT NULL,
    last_name TEXT NOT NULL DEFAULT '',
    organisation TEXT NOT NULL DEFAULT '',
    role TEXT NOT NULL DEFAULT '',
    email TEXT,
    email_key TEXT,
    mobile TEXT NOT NULL DEFAULT '',
    website TEXT NOT NULL DEFAULT '',
    notes TEXT NOT NULL DEFAULT '',
    sort_name TEXT NOT NULL,
    email_count BIGINT NOT NULL DEFAULT 0,
    revision BIGINT NOT NULL DEFAULT 1,
    details_revision BIGINT NOT NULL DEFAULT 1,
    created_at BIGINT NOT NULL
);
INSERT INTO new_contact (id, account_id, first_name, last_name, organisation, role, email, email_key, mobile,
    website, notes, sort_name, email_count, revision, created_at, details_revision)
    SELECT id, account_id, first_name, last_name, organisation, role, email, email_key, mobile, website, notes,
    sort_name, email_count, revision, created_at, revision FROM contact;
DROP TABLE contact;
ALTER TABLE new_contact RENAME TO contact;
CREATE INDEX contact_by_name ON contact (account_id, sort_name, id);
CREATE INDEX contact_by_email ON contact (email_key);

CREATE TABLE new_item (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    event_id BIGINT NOT NULL REFERENCES event (id) ON DELETE CASCADE,
    starts_at BIGINT NOT NULL,
    minutes BIGINT,
    title TEXT NOT NULL,
    details TEXT NOT NULL DEFAULT '',
    location TEXT NOT NULL DEFAULT '',
    private BIGINT NOT NULL DEFAULT 0,
    revision BIGINT NOT NULL DEFAULT 1
);
INSERT INTO new_item (id, event_id, starts_at, minutes, title, details, location, private)
    SELECT id, event_id, starts_at, minutes, title, details, location, private FROM item;
DROP TABLE item;
ALTER TABLE new_item RENAME TO item;
CREATE INDEX item_of_event ON item (event_id, starts_at, id);

CREATE TABLE new_crew (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    account_id BIGINT NOT NULL REFERENCES account (id),
    event_id BIGINT NOT NULL REFERENCES event (id) ON DELETE CASCADE,
    contact_id BIGINT NOT NULL REFERENCES contact (id) ON DELETE CASCADE,
    role TEXT NOT NULL DEFAULT '',
    link_id BIGINT REFERENCES link (id) ON DELETE SET NULL,
    revision BIGINT NOT NULL DEFAULT 0,
    invite_email_id BIGINT REFERENCES email (id) ON DELETE SET NULL,
    created_at BIGINT NOT NULL,
    UNIQUE (event_id, contact_id)
);
INSERT INTO new_crew (id, account_id, event_id, contact_id, role, link_id, revision, invite_email_id, created_at)
    SELECT id, account_id, event_id, contact_id, role, link_id, link_revision, invite_email_id, created_at FROM crew;
DROP TABLE crew;
ALTER TABLE new_crew RENAME TO crew;
CREATE INDEX crew_of_contact ON crew (contact_id);
CREATE INDEX crew_of_link ON crew (link_id);
CREATE INDEX crew_of_invite ON crew (invite_email_id);

CREATE TABLE new_link (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    crew_id BIGINT NOT NULL REFERENCES crew (id) ON DELETE CASCADE,
    seed TEXT NOT NULL,
    token_hash TEXT NOT NULL UNIQUE,
    created_at BIGINT NOT NULL,
    revoked_at BIGINT
);
INSERT INTO new_link (id, crew_id, seed, token_hash, created_at, revoked_at)
    SELECT id, crew_id, seed, token_hash, created_at, revoked_at FROM link;
DROP TABLE link;
ALTER TABLE new_link RENAME TO link;
CREATE INDEX link_of_crew ON link (crew_id);

-- An email goes with its contact and outlives all else that it names, but for who sent it: they stay.
CREATE TABLE new_email (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    account_id BIGINT NOT NULL REFERENCES account (id),
    contact_id BIGINT NOT NULL REFERENCES contact (id) ON DELETE CASCADE,
    event_id BIGINT REFERENCES event (id) ON DELETE SET NULL,
    crew_id BIGINT REFERENCES crew (id) ON DELETE SET NULL,
    link_id BIGINT REFERENCES link (id) ON DELETE SET NULL,
    member_id BIGINT NOT NULL REFERENCES member (id),
    kind TEXT NOT NULL,
    recipient TEXT NOT NULL,
    recipient_key TEXT NOT NULL,
    subject TEXT NOT NULL,
    event_name TEXT NOT NULL,
    reference TEXT NOT NULL UNIQUE,
    message_id TEXT NOT NULL UNIQUE,
    provider TEXT NOT NULL,
    provider_message_id TEXT,
    idempotency_key TEXT NOT NULL,
    status TEXT,
    rank BIGINT NOT NULL DEFAULT 0,
    reason TEXT,
    status_at BIGINT NOT NULL DEFAULT 0,
    created_at BIGINT NOT NULL,
    handed_over_at BIGINT,
    revision BIGINT NOT NULL DEFAULT 1,
    UNIQUE (account_id, idempotency_key)
);
INSERT INTO new_email (id, account_id, contact_id, event_id, crew_id, link_id, member_id, kind, recipient,
    recipient_key, subject, event_name, reference, message_id, provider, provider_message_id, idempotency_key,
    status, rank, reason, status_at, created_at, handed_over_at, revision)
    SELECT id, account_id, contact_id, event_id, crew_id, link_id, member_id, kind, recipient, recipient_key,
    subject, event_name, reference, message_id, provider, provider_message_id, idempotency_key, status, rank, reason,
    status_at, created_at, handed_over_at, revision FROM email;
DROP TABLE email;
ALTER TABLE new_email RENAME TO email;
CREATE INDEX email_of_contact ON email (contact_id, created_at, id);
CREATE INDEX email_of_crew ON email (crew_id, id);
CREATE UNIQUE INDEX email_by_provider_id ON email (provider, provider_message_id) WHERE provider_message_id IS NOT NULL;
CREATE INDEX email_delayed ON email (handed_over_at) WHERE status = 'delayed';
CREATE INDEX email_of_event ON email (event_id);
CREATE INDEX email_of_link ON email (link_id);
CREATE INDEX email_of_member ON email (member_id);

CREATE TABLE new_delivery_event (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    provider TEXT NOT NULL,
    event_key TEXT NOT NULL,
    email_id BIGINT NOT NULL REFERENCES email (id) ON DELETE CASCADE,
    report TEXT NOT NULL,
    reason TEXT,
    occurred_at BIGINT NOT NULL,
    received_at BIGINT NOT NULL,
    UNIQUE (provider, event_key)
);
INSERT INTO new_delivery_event (id, provider, event_key, email_id, report, reason, occurred_at, received_at)
    SELECT id, provider, event_key, email_id, report, reason, occurred_at, received_at FROM delivery_event;
DROP TABLE delivery_event;
ALTER TABLE new_delivery_event RENAME TO delivery_event;
CREATE INDEX delivery_event_of_email ON delivery_event (email_id, id);

CREATE TABLE new_orphan_event (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    provider TEXT NOT NULL,
    event_key TEXT NOT NULL,
    reference TEXT,
    message_id TEXT,
    provider_message_id TEXT,
    report TEXT NOT NULL,
    cause TEXT,
    reason TEXT,
    occurred_at BIGINT NOT NULL,
    received_at BIGINT NOT NULL,
    UNIQUE (provider, event_key)
);
INSERT INTO new_orphan_event (id, provider, event_key, reference, message_id, provider_message_id, report, cause,
    reason, occurred_at, received_at)
    SELECT id, provider, event_key, reference, message_id, provider_message_id, report, cause, reason, occurred_at,
    received_at FROM orphan_event;
DROP TABLE orphan_event;
ALTER TABLE new_orphan_event RENAME TO orphan_event;
CREATE INDEX orphan_event_by_reference ON orphan_event (reference);
CREATE INDEX orphan_event_by_message ON orphan_event (message_id);
CREATE INDEX orphan_event_by_provider_message ON orphan_event (provider_message_id);
CREATE INDEX orphan_event_by_age ON orphan_event (received_at);

CREATE TABLE new_outbox_job (
    email_id BIGINT PRIMARY KEY REFERENCES email (id) ON DELETE CASCADE,
    run_at BIGINT NOT NULL,
    attempts BIGINT NOT NULL DEFAULT 0,
    lease_owner TEXT,
    lease_until BIGINT,
    handing_over_at BIGINT
);
INSERT INTO new_outbox_job (email_id, run_at, attempts, lease_owner, lease_until, handing_over_at)
    SELECT email_id, run_at, attempts, lease_owner, lease_until, handing_over_at FROM outbox_job;
DROP TABLE outbox_job;
ALTER TABLE new_outbox_job RENAME TO outbox_job;
CREATE INDEX outbox_job_due ON outbox_job (run_at);

CREATE TABLE new_sandbox_mail (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    received_at BIGINT NOT NULL,
    envelope_from TEXT NOT NULL,
    recipient TEXT NOT NULL,
    message_id TEXT NOT NULL,
    source BLOB NOT NULL
);
INSERT INTO new_sandbox_mail (id, received_at, envelope_from, recipient, message_id, source)
    SELECT id, received_at, envelope_from, recipient, message_id, source FROM sandbox_mail;
DROP TABLE sandbox_mail;
ALTER TABLE new_sandbox_mail RENAME TO sandbox_mail;

CREATE INDEX session_of_member ON session (member_id);
CREATE INDEX sandbox_callback_of_mail ON sandbox_callback (mail_id);
