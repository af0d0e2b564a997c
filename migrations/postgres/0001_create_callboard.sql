-- Times are Unix milliseconds UTC, booleans 0/1, enums their code. Twin of migrations/sqlite.

CREATE TABLE account (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name TEXT NOT NULL,
    created_at BIGINT NOT NULL
);

-- A person with a login.
CREATE TABLE member (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    email TEXT NOT NULL,
    email_key TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    password_hash TEXT NOT NULL,
    created_at BIGINT NOT NULL
);

CREATE TABLE membership (
    account_id BIGINT NOT NULL REFERENCES account (id),
    member_id BIGINT NOT NULL REFERENCES member (id),
    role TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (account_id, member_id)
);
CREATE INDEX membership_of_member ON membership (member_id);

-- Only the hash of a session token is kept.
CREATE TABLE session (
    token_hash TEXT PRIMARY KEY,
    member_id BIGINT NOT NULL REFERENCES member (id),
    account_id BIGINT NOT NULL REFERENCES account (id),
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX session_by_expiry ON session (expires_at);

-- Failed sign-ins by a hash of what was tried from where.
CREATE TABLE sign_in_attempt (
    attempt_key TEXT PRIMARY KEY,
    failures BIGINT NOT NULL,
    window_started_at BIGINT NOT NULL,
    locked_until BIGINT
);

CREATE TABLE space (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    account_id BIGINT NOT NULL REFERENCES account (id),
    name TEXT NOT NULL,
    address TEXT NOT NULL
);

CREATE TABLE event (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    account_id BIGINT NOT NULL REFERENCES account (id),
    space_id BIGINT REFERENCES space (id),
    name TEXT NOT NULL,
    status TEXT NOT NULL,
    starts_at BIGINT NOT NULL,
    ends_at BIGINT NOT NULL,
    time_zone TEXT NOT NULL,
    pax BIGINT,
    rsvp BIGINT NOT NULL DEFAULT 0,
    created_at BIGINT NOT NULL
);
CREATE INDEX event_by_start ON event (account_id, starts_at, id);

CREATE TABLE contact (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
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
    -- The name folded by the app, for order.
    sort_name TEXT COLLATE "C" NOT NULL,
    -- Tracked emails of this contact: the count on the tab, without counting.
    email_count BIGINT NOT NULL DEFAULT 0,
    revision BIGINT NOT NULL DEFAULT 1,
    created_at BIGINT NOT NULL
);
CREATE INDEX contact_by_name ON contact (account_id, sort_name, id);
CREATE INDEX contact_by_email ON contact (email_key);

-- The folded words of name, organisation and address: a search is a range of this index, never a scan.
CREATE TABLE contact_word (
    account_id BIGINT NOT NULL,
    word TEXT COLLATE "C" NOT NULL,
    contact_id BIGINT NOT NULL REFERENCES contact (id) ON DELETE CASCADE,
    PRIMARY KEY (account_id, word, contact_id)
);
CREATE INDEX contact_word_of_contact ON contact_word (contact_id);

CREATE TABLE item (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    event_id BIGINT NOT NULL REFERENCES event (id),
    starts_at BIGINT NOT NULL,
    minutes BIGINT,
    title TEXT NOT NULL,
    details TEXT NOT NULL DEFAULT '',
    location TEXT NOT NULL DEFAULT '',
    private BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX item_of_event ON item (event_id, starts_at, id);

CREATE TABLE assignment (
    item_id BIGINT NOT NULL REFERENCES item (id) ON DELETE CASCADE,
    contact_id BIGINT NOT NULL REFERENCES contact (id) ON DELETE CASCADE,
    PRIMARY KEY (item_id, contact_id)
);
CREATE INDEX assignment_of_contact ON assignment (contact_id);

-- A contact on an event. The newest live link and the newest invite are kept here, so that a planner page reads them
-- by key.
CREATE TABLE crew (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    account_id BIGINT NOT NULL REFERENCES account (id),
    event_id BIGINT NOT NULL REFERENCES event (id),
    contact_id BIGINT NOT NULL REFERENCES contact (id),
    role TEXT NOT NULL DEFAULT '',
    link_id BIGINT,
    link_revision BIGINT NOT NULL DEFAULT 0,
    invite_email_id BIGINT,
    created_at BIGINT NOT NULL,
    UNIQUE (event_id, contact_id)
);
CREATE INDEX crew_of_contact ON crew (contact_id);

-- The token is derived from the seed with the installation's key and never stored; its hash finds the link.
CREATE TABLE link (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    crew_id BIGINT NOT NULL REFERENCES crew (id),
    seed TEXT NOT NULL,
    token_hash TEXT NOT NULL UNIQUE,
    created_at BIGINT NOT NULL,
    revoked_at BIGINT
);
CREATE INDEX link_of_crew ON link (crew_id);

-- A tracked email. Written before the hand-over; `status` is NULL until then.
CREATE TABLE email (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    account_id BIGINT NOT NULL REFERENCES account (id),
    contact_id BIGINT NOT NULL REFERENCES contact (id),
    event_id BIGINT REFERENCES event (id),
    crew_id BIGINT REFERENCES crew (id),
    link_id BIGINT REFERENCES link (id),
    -- Who pressed the button.
    member_id BIGINT NOT NULL REFERENCES member (id),
    kind TEXT NOT NULL,
    recipient TEXT NOT NULL,
    recipient_key TEXT NOT NULL,
    subject TEXT NOT NULL,
    event_name TEXT NOT NULL,
    -- Our opaque reference, echoed back by the provider.
    reference TEXT NOT NULL UNIQUE,
    -- RFC 5322 Message-ID without brackets, set by us.
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
CREATE INDEX email_of_contact ON email (contact_id, created_at, id);
CREATE INDEX email_of_crew ON email (crew_id, id);
CREATE UNIQUE INDEX email_by_provider_id ON email (provider, provider_message_id) WHERE provider_message_id IS NOT NULL;
CREATE INDEX email_delayed ON email (handed_over_at) WHERE status = 'delayed';

-- What providers, the hand-over and the sweep reported. Never changed, never deleted; a repeated key is a repetition.
CREATE TABLE delivery_event (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    provider TEXT NOT NULL,
    event_key TEXT NOT NULL,
    email_id BIGINT NOT NULL REFERENCES email (id),
    report TEXT NOT NULL,
    reason TEXT,
    occurred_at BIGINT NOT NULL,
    received_at BIGINT NOT NULL,
    UNIQUE (provider, event_key)
);
CREATE INDEX delivery_event_of_email ON delivery_event (email_id, id);

-- Events that found no email yet. Kept for a week and matched again when a hand-over commits.
CREATE TABLE orphan_event (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
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
CREATE INDEX orphan_event_by_reference ON orphan_event (reference);
CREATE INDEX orphan_event_by_message ON orphan_event (message_id);
CREATE INDEX orphan_event_by_provider_message ON orphan_event (provider_message_id);
CREATE INDEX orphan_event_by_age ON orphan_event (received_at);

-- Addresses that are refused, for the whole installation. A lifted row stays.
CREATE TABLE suppression (
    address_key TEXT PRIMARY KEY,
    cause TEXT NOT NULL,
    -- The order of causes: a more serious one replaces a lesser one.
    seriousness BIGINT NOT NULL,
    reason TEXT,
    email_id BIGINT,
    provider TEXT NOT NULL,
    first_seen_at BIGINT NOT NULL,
    last_seen_at BIGINT NOT NULL,
    lifted_at BIGINT,
    lifted_by TEXT
);

-- One hand-over to make. Gone when it is made.
CREATE TABLE outbox_job (
    email_id BIGINT PRIMARY KEY REFERENCES email (id),
    run_at BIGINT NOT NULL,
    attempts BIGINT NOT NULL DEFAULT 0,
    lease_owner TEXT,
    lease_until BIGINT,
    -- Set, and committed, before the first byte of the message goes out: from here on a lost answer is a doubt.
    handing_over_at BIGINT
);
CREATE INDEX outbox_job_due ON outbox_job (run_at);
