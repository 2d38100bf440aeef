// What is known of a print, in the printer's own words. Run by migrate.ts after the steps before it; never edited once released.

export const printWords = {
  number: 8,
  name: 'print words',
  sql: `
-- A check cannot be changed: the table is made anew. sending: bytes may be out. sent: all of them are, the printer's word is missing.
-- interrupted: the slip broke off and is void. process_id: by it the printer names the job, also when it answers late.
CREATE TABLE print_jobs_next (
  id INTEGER PRIMARY KEY,
  payment_id TEXT NOT NULL REFERENCES payments (id),
  copy_number INTEGER NOT NULL CHECK (copy_number >= 0),
  state TEXT NOT NULL CHECK
    (state IN ('queued', 'sending', 'sent', 'printed', 'interrupted', 'failed', 'unknown', 'absent')),
  attempts INTEGER NOT NULL,
  process_id TEXT CHECK (process_id IS NULL OR length(process_id) = 4),
  printer TEXT,
  problem TEXT,
  requested_by TEXT,
  queued_at_ms INTEGER NOT NULL,
  at_ms INTEGER NOT NULL,
  UNIQUE (payment_id, copy_number)
) STRICT;
INSERT INTO print_jobs_next
  (id, payment_id, copy_number, state, attempts, process_id, printer, problem, requested_by, queued_at_ms, at_ms)
SELECT id, payment_id, copy_number,
  CASE
    WHEN state = 'printing' THEN 'sending'
    WHEN state = 'failed' AND json_valid(problem) AND problem ->> '$.data.hasPaper' = 1 THEN 'interrupted'
    ELSE state
  END,
  attempts, NULL, NULL, problem, requested_by, queued_at_ms, at_ms
FROM print_jobs;
DROP TABLE print_jobs;
ALTER TABLE print_jobs_next RENAME TO print_jobs;
CREATE INDEX print_jobs_open ON print_jobs (id) WHERE state IN ('queued', 'sending', 'sent');
CREATE INDEX print_jobs_by_process ON print_jobs (process_id) WHERE process_id IS NOT NULL;
CREATE TRIGGER print_jobs_stay BEFORE DELETE ON print_jobs
BEGIN SELECT RAISE(ABORT, 'print jobs are never deleted'); END;
CREATE TRIGGER print_jobs_are_named BEFORE UPDATE OF state ON print_jobs
WHEN NEW.state IN ('sending', 'sent') AND (NEW.process_id IS NULL OR NEW.printer IS NULL OR NEW.attempts < 1)
BEGIN SELECT RAISE(ABORT, 'a print is named before its first byte'); END;
CREATE TRIGGER print_jobs_print_once BEFORE UPDATE OF state ON print_jobs
WHEN OLD.state IN ('printed', 'interrupted', 'unknown') AND NEW.state NOT IN ('printed', OLD.state)
BEGIN SELECT RAISE(ABORT, 'what may be on paper is never printed as the same slip again'); END;
`,
}
