-- What an event is planned with, templates, what was deleted and may come back, more about spaces, and the folded words that
-- events and spaces are searched by. Twin of migrations/sqlite.

ALTER TABLE event ADD COLUMN client_contact_id BIGINT REFERENCES contact (id) ON DELETE SET NULL;
ALTER TABLE event ADD COLUMN organiser_contact_id BIGINT REFERENCES contact (id) ON DELETE SET NULL;
ALTER TABLE event ADD COLUMN use_start_finish BIGINT NOT NULL DEFAULT 1;
ALTER TABLE event ADD COLUMN use_done BIGINT NOT NULL DEFAULT 1;
-- A template is an event without people, of which only the days between its items count.
ALTER TABLE event ADD COLUMN is_template BIGINT NOT NULL DEFAULT 0;
-- Empty while it is there. Rows that were deleted are kept for 30 days.
ALTER TABLE event ADD COLUMN deleted_at BIGINT;
-- What the form is saved against; `revision` also rises when the space is renamed.
ALTER TABLE event ADD COLUMN details_revision BIGINT NOT NULL DEFAULT 1;
-- Whether the words of its name are in event_word.
ALTER TABLE event ADD COLUMN is_indexed BIGINT NOT NULL DEFAULT 0;
CREATE INDEX event_of_client ON event (client_contact_id);
CREATE INDEX event_of_organiser ON event (organiser_contact_id);
CREATE INDEX event_by_status ON event (account_id, status, starts_at, id);
CREATE INDEX event_template ON event (account_id, id) WHERE is_template = 1;
CREATE INDEX event_deleted ON event (account_id, deleted_at) WHERE deleted_at IS NOT NULL;
CREATE INDEX event_to_prune ON event (deleted_at) WHERE deleted_at IS NOT NULL;
CREATE INDEX event_to_index ON event (id) WHERE is_indexed = 0;

-- The folded words of an event's name: a search is a range of this index, never a scan.
CREATE TABLE event_word (
    account_id BIGINT NOT NULL,
    word TEXT COLLATE "C" NOT NULL,
    event_id BIGINT NOT NULL REFERENCES event (id) ON DELETE CASCADE,
    PRIMARY KEY (account_id, word, event_id)
);
CREATE INDEX event_word_of_event ON event_word (event_id);

ALTER TABLE space ADD COLUMN access_notes TEXT NOT NULL DEFAULT '';
ALTER TABLE space ADD COLUMN capacity BIGINT;
ALTER TABLE space ADD COLUMN venue_contact_id BIGINT REFERENCES contact (id) ON DELETE SET NULL;
ALTER TABLE space ADD COLUMN deleted_at BIGINT;
ALTER TABLE space ADD COLUMN revision BIGINT NOT NULL DEFAULT 1;
-- The name folded by the app, for order; empty as long as its words are not in space_word.
ALTER TABLE space ADD COLUMN sort_name TEXT COLLATE "C" NOT NULL DEFAULT '';
CREATE INDEX space_by_name ON space (account_id, sort_name, id);
CREATE INDEX space_of_venue_contact ON space (venue_contact_id);
CREATE INDEX space_deleted ON space (account_id, deleted_at) WHERE deleted_at IS NOT NULL;
CREATE INDEX space_to_prune ON space (deleted_at) WHERE deleted_at IS NOT NULL;
CREATE INDEX space_to_index ON space (id) WHERE sort_name = '';

-- The folded words of a space's name and address.
CREATE TABLE space_word (
    account_id BIGINT NOT NULL,
    word TEXT COLLATE "C" NOT NULL,
    space_id BIGINT NOT NULL REFERENCES space (id) ON DELETE CASCADE,
    PRIMARY KEY (account_id, word, space_id)
);
CREATE INDEX space_word_of_space ON space_word (space_id);
