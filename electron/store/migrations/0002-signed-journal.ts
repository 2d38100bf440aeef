// The device's signature of each journal record; records of the time before it have none. Run by migrate.ts after the steps before it;
// never edited once released.

export const signedJournal = {
  number: 2,
  name: 'signed journal',
  sql: `
ALTER TABLE journal ADD COLUMN signature TEXT CHECK (signature IS NULL OR length(signature) = 86);
-- From the first signed record on, every record is signed.
CREATE TRIGGER journal_stays_signed BEFORE INSERT ON journal
WHEN NEW.signature IS NULL
  AND (SELECT signature FROM journal WHERE seq = NEW.seq - 1) IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'a signed journal goes on signed'); END;
`,
}
