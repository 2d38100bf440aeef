// The date a shift works for, opened with it, and what the till knows of its clocks as one fact.
// Run by migrate.ts after the steps before it; never edited once released.

export const limitFacts = {
  number: 4,
  name: 'limits',
  sql: `
DROP TRIGGER shifts_keep_their_facts;
ALTER TABLE shifts ADD COLUMN business_date TEXT NOT NULL DEFAULT '';
-- Days in India: UTC+05:30, no summer time.
UPDATE shifts SET business_date = strftime('%Y-%m-%d', opened_at_ms / 1000 + 19800, 'unixepoch');
CREATE TRIGGER shifts_keep_their_facts
BEFORE UPDATE OF id, number, operator_id, operator_name, opened_at_ms, business_date, float_paise ON shifts
BEGIN SELECT RAISE(ABORT, 'what a shift began with is never changed'); END;
CREATE TRIGGER shifts_have_their_date BEFORE INSERT ON shifts
WHEN NEW.business_date NOT GLOB '[0-9][0-9][0-9][0-9]-[0-1][0-9]-[0-3][0-9]'
BEGIN SELECT RAISE(ABORT, 'a shift works for a date'); END;

INSERT INTO meta (key, value)
SELECT 'clock', json_object('floorWallMs', json(value), 'certainMs', NULL, 'acceptedDriftMs', NULL, 'lastReading', NULL)
FROM meta WHERE key = 'clockFloorMs';
DELETE FROM meta WHERE key = 'clockFloorMs';
`,
}
