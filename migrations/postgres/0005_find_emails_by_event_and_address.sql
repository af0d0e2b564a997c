-- The five-minute wait is for an address on an event, whoever has it: its newest email is read by key. Also finds an event's
-- emails, as the index that it replaces did. Twin of migrations/sqlite.

DROP INDEX email_of_event;
CREATE INDEX email_of_event ON email (event_id, recipient_key, created_at);
