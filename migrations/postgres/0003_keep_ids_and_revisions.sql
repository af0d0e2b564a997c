-- What a row's deletion does to the rows that name it, an index for each such search, and the revisions of what open
-- pages show. Identities are never reused here anyway. Twin of migrations/sqlite.

ALTER TABLE event
    ADD COLUMN revision BIGINT NOT NULL DEFAULT 1,
    DROP CONSTRAINT event_space_id_fkey,
    ADD CONSTRAINT event_space_id_fkey FOREIGN KEY (space_id) REFERENCES space (id) ON DELETE SET NULL;
CREATE INDEX event_of_space ON event (space_id);

-- `revision` rises with every change that people see; `details_revision` with those of the details, which are saved
-- against it.
ALTER TABLE contact ADD COLUMN details_revision BIGINT NOT NULL DEFAULT 1;
UPDATE contact SET details_revision = revision;

ALTER TABLE item
    ADD COLUMN revision BIGINT NOT NULL DEFAULT 1,
    DROP CONSTRAINT item_event_id_fkey,
    ADD CONSTRAINT item_event_id_fkey FOREIGN KEY (event_id) REFERENCES event (id) ON DELETE CASCADE;

ALTER TABLE crew RENAME COLUMN link_revision TO revision;
ALTER TABLE crew
    DROP CONSTRAINT crew_event_id_fkey,
    ADD CONSTRAINT crew_event_id_fkey FOREIGN KEY (event_id) REFERENCES event (id) ON DELETE CASCADE,
    DROP CONSTRAINT crew_contact_id_fkey,
    ADD CONSTRAINT crew_contact_id_fkey FOREIGN KEY (contact_id) REFERENCES contact (id) ON DELETE CASCADE,
    ADD CONSTRAINT crew_link_id_fkey FOREIGN KEY (link_id) REFERENCES link (id) ON DELETE SET NULL,
    ADD CONSTRAINT crew_invite_email_id_fkey FOREIGN KEY (invite_email_id) REFERENCES email (id) ON DELETE SET NULL;
CREATE INDEX crew_of_link ON crew (link_id);
CREATE INDEX crew_of_invite ON crew (invite_email_id);

ALTER TABLE link
    DROP CONSTRAINT link_crew_id_fkey,
    ADD CONSTRAINT link_crew_id_fkey FOREIGN KEY (crew_id) REFERENCES crew (id) ON DELETE CASCADE;

-- An email goes with its contact and outlives all else that it names, but for who sent it: they stay.
ALTER TABLE email
    DROP CONSTRAINT email_contact_id_fkey,
    ADD CONSTRAINT email_contact_id_fkey FOREIGN KEY (contact_id) REFERENCES contact (id) ON DELETE CASCADE,
    DROP CONSTRAINT email_event_id_fkey,
    ADD CONSTRAINT email_event_id_fkey FOREIGN KEY (event_id) REFERENCES event (id) ON DELETE SET NULL,
    DROP CONSTRAINT email_crew_id_fkey,
    ADD CONSTRAINT email_crew_id_fkey FOREIGN KEY (crew_id) REFERENCES crew (id) ON DELETE SET NULL,
    DROP CONSTRAINT email_link_id_fkey,
    ADD CONSTRAINT email_link_id_fkey FOREIGN KEY (link_id) REFERENCES link (id) ON DELETE SET NULL;
CREATE INDEX email_of_event ON email (event_id);
CREATE INDEX email_of_link ON email (link_id);
CREATE INDEX email_of_member ON email (member_id);

ALTER TABLE delivery_event
    DROP CONSTRAINT delivery_event_email_id_fkey,
    ADD CONSTRAINT delivery_event_email_id_fkey FOREIGN KEY (email_id) REFERENCES email (id) ON DELETE CASCADE;

ALTER TABLE outbox_job
    DROP CONSTRAINT outbox_job_email_id_fkey,
    ADD CONSTRAINT outbox_job_email_id_fkey FOREIGN KEY (email_id) REFERENCES email (id) ON DELETE CASCADE;

CREATE INDEX session_of_member ON session (member_id);
CREATE INDEX sandbox_callback_of_mail ON sandbox_callback (mail_id);
