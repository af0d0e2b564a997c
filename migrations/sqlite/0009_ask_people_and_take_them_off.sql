-- What a person on an event answered when they were asked whether they come, the link they were asked by, and when they
-- were taken off the event: the row stays for a while, so that it can be brought back. Twin of migrations/postgres.

ALTER TABLE crew ADD COLUMN deleted_at BIGINT;
-- The code of the answer; empty without one.
ALTER TABLE crew ADD COLUMN rsvp TEXT;
ALTER TABLE crew ADD COLUMN rsvp_at BIGINT;
-- How it came, and which member set it.
ALTER TABLE crew ADD COLUMN rsvp_how TEXT;
ALTER TABLE crew ADD COLUMN rsvp_member_id BIGINT REFERENCES member (id) ON DELETE SET NULL;
ALTER TABLE crew ADD COLUMN rsvp_note TEXT NOT NULL DEFAULT '';
ALTER TABLE crew ADD COLUMN rsvp_link_id BIGINT REFERENCES link (id) ON DELETE SET NULL;
CREATE INDEX crew_of_rsvp_member ON crew (rsvp_member_id);
CREATE INDEX crew_of_rsvp_link ON crew (rsvp_link_id);
CREATE INDEX crew_deleted ON crew (deleted_at) WHERE deleted_at IS NOT NULL;

-- 'share' opens the run of show, 'rsvp' only asks for an answer.
ALTER TABLE link ADD COLUMN kind TEXT NOT NULL DEFAULT 'share';
