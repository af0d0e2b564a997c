-- How far an item is, as the people who own it say on the day: who started it and when, who ended it and when. Twin of
-- migrations/postgres.

-- 'planned', 'started', 'finished' or 'done'.
ALTER TABLE item ADD COLUMN progress TEXT NOT NULL DEFAULT 'planned';
ALTER TABLE item ADD COLUMN started_at BIGINT;
ALTER TABLE item ADD COLUMN started_by BIGINT REFERENCES contact (id) ON DELETE SET NULL;
ALTER TABLE item ADD COLUMN ended_at BIGINT;
ALTER TABLE item ADD COLUMN ended_by BIGINT REFERENCES contact (id) ON DELETE SET NULL;
CREATE INDEX item_of_starter ON item (started_by);
CREATE INDEX item_of_ender ON item (ended_by);
