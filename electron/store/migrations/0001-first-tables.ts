// First tables of the till's record. Never edited once released: the checksum of every applied step is kept in the file.
// Run by migrate.ts.

export const firstTables = {
  number: 1,
  name: 'first tables',
  sql: `
CREATE TABLE meta (
  key TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE journal (
  seq INTEGER PRIMARY KEY,
  type TEXT NOT NULL,
  body TEXT NOT NULL,
  previous_hash TEXT NOT NULL,
  hash TEXT NOT NULL,
  at_ms INTEGER NOT NULL,
  turnover_paise INTEGER NOT NULL,
  payment_count INTEGER NOT NULL
) STRICT;
CREATE TRIGGER journal_never_changes BEFORE UPDATE ON journal
BEGIN SELECT RAISE(ABORT, 'the journal is never changed'); END;
CREATE TRIGGER journal_never_shrinks BEFORE DELETE ON journal
BEGIN SELECT RAISE(ABORT, 'the journal is never shortened'); END;

CREATE TABLE shifts (
  id TEXT PRIMARY KEY,
  number INTEGER NOT NULL UNIQUE,
  operator_id TEXT NOT NULL,
  operator_name TEXT NOT NULL,
  opened_at_ms INTEGER NOT NULL,
  float_paise INTEGER NOT NULL CHECK (float_paise >= 0),
  cash_in_hand_paise INTEGER NOT NULL,
  collected_paise INTEGER NOT NULL,
  receipt_count INTEGER NOT NULL,
  is_open INTEGER NOT NULL CHECK (is_open IN (0, 1))
) STRICT;
CREATE UNIQUE INDEX one_open_shift ON shifts (is_open) WHERE is_open = 1;
CREATE TRIGGER shifts_keep_their_facts
BEFORE UPDATE OF id, number, operator_id, operator_name, opened_at_ms, float_paise ON shifts
BEGIN SELECT RAISE(ABORT, 'what a shift began with is never changed'); END;
CREATE TRIGGER shifts_stay BEFORE DELETE ON shifts
BEGIN SELECT RAISE(ABORT, 'shifts are never deleted'); END;

CREATE TABLE collections (
  id TEXT PRIMARY KEY,
  content_hash TEXT NOT NULL,
  shift_id TEXT NOT NULL REFERENCES shifts (id),
  operator_id TEXT NOT NULL,
  total_paise INTEGER NOT NULL CHECK (total_paise > 0),
  tendered_paise INTEGER,
  change_paise INTEGER NOT NULL CHECK (change_paise >= 0),
  is_offline INTEGER NOT NULL,
  collected_at_ms INTEGER NOT NULL,
  first_device_seq INTEGER NOT NULL,
  CHECK (tendered_paise IS NULL OR tendered_paise = total_paise + change_paise)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER collections_never_change BEFORE UPDATE ON collections
BEGIN SELECT RAISE(ABORT, 'collections are never changed'); END;
CREATE TRIGGER collections_stay BEFORE DELETE ON collections
BEGIN SELECT RAISE(ABORT, 'collections are never deleted'); END;

CREATE TABLE payments (
  device_seq INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  collection_id TEXT NOT NULL REFERENCES collections (id),
  receipt_number TEXT NOT NULL,
  financial_year TEXT NOT NULL CHECK (financial_year GLOB '[0-9][0-9]-[0-9][0-9]'),
  receipt_seq INTEGER NOT NULL,
  bill_id TEXT NOT NULL UNIQUE,
  tenant_id TEXT NOT NULL,
  business_service TEXT NOT NULL,
  consumer_code TEXT NOT NULL,
  payer_name TEXT,
  amount_paise INTEGER NOT NULL CHECK (amount_paise > 0 AND amount_paise % 100 = 0),
  mode TEXT NOT NULL,
  collected_at_ms INTEGER NOT NULL,
  body TEXT NOT NULL,
  journal_seq INTEGER NOT NULL REFERENCES journal (seq),
  journal_hash TEXT NOT NULL,
  UNIQUE (financial_year, receipt_seq),
  -- The end of a number is its year and sequence, so that numbers are as unique as these.
  CHECK (receipt_number LIKE '%/' || financial_year || '/' || printf('%06d', receipt_seq) || '-_')
) STRICT;
CREATE INDEX payments_of_debt ON payments (consumer_code, business_service, tenant_id);
-- The n-th payment belongs to the record that counts n payments: one record, one payment.
CREATE TRIGGER payments_have_their_record BEFORE INSERT ON payments
WHEN NOT EXISTS (
  SELECT 1 FROM journal
  WHERE seq = NEW.journal_seq AND type = 'PAY' AND payment_count = NEW.device_seq AND hash = NEW.journal_hash
)
BEGIN SELECT RAISE(ABORT, 'a payment has its own record in the journal'); END;
CREATE TRIGGER payments_never_change BEFORE UPDATE ON payments
BEGIN SELECT RAISE(ABORT, 'payments are never changed'); END;
CREATE TRIGGER payments_stay BEFORE DELETE ON payments
BEGIN SELECT RAISE(ABORT, 'payments are never deleted'); END;

-- Named after its cause: the shift for its float, the collection for its cash. So neither can come twice.
CREATE TABLE cash_movements (
  id TEXT PRIMARY KEY,
  shift_id TEXT NOT NULL REFERENCES shifts (id),
  collection_id TEXT REFERENCES collections (id),
  kind TEXT NOT NULL CHECK (kind IN ('FLOAT', 'COLLECTION')),
  amount_paise INTEGER NOT NULL CHECK (amount_paise >= 0),
  at_ms INTEGER NOT NULL,
  CHECK (id = CASE kind WHEN 'FLOAT' THEN shift_id ELSE coalesce(collection_id, '') END),
  CHECK ((kind = 'FLOAT') = (collection_id IS NULL))
) STRICT, WITHOUT ROWID;
CREATE TRIGGER cash_never_changes BEFORE UPDATE ON cash_movements
BEGIN SELECT RAISE(ABORT, 'cash movements are never changed'); END;
CREATE TRIGGER cash_stays BEFORE DELETE ON cash_movements
BEGIN SELECT RAISE(ABORT, 'cash movements are never deleted'); END;

CREATE TABLE outbox (
  device_seq INTEGER PRIMARY KEY REFERENCES payments (device_seq),
  amount_paise INTEGER NOT NULL,
  collected_at_ms INTEGER NOT NULL,
  lane TEXT NOT NULL CHECK (lane IN ('waiting', 'pending', 'attention', 'settled')),
  is_refused INTEGER NOT NULL,
  is_conflict INTEGER NOT NULL,
  attempts INTEGER NOT NULL,
  problem TEXT,
  next_try_at_ms INTEGER,
  acknowledged_at_ms INTEGER
) STRICT;
CREATE INDEX outbox_waiting ON outbox (device_seq, amount_paise, collected_at_ms) WHERE lane = 'waiting';
CREATE INDEX outbox_pending ON outbox (device_seq) WHERE lane = 'pending';
CREATE INDEX outbox_attention ON outbox (device_seq) WHERE lane = 'attention';
CREATE TRIGGER outbox_stays BEFORE DELETE ON outbox
BEGIN SELECT RAISE(ABORT, 'nothing is deleted from the outbox'); END;

CREATE TABLE statuses (
  payment_id TEXT PRIMARY KEY REFERENCES payments (id),
  state TEXT NOT NULL,
  reason TEXT,
  digit_receipt_number TEXT,
  digit_payment_id TEXT,
  posted_at_ms INTEGER,
  balance_paise INTEGER,
  cursor INTEGER NOT NULL,
  steps TEXT NOT NULL
) STRICT;

-- Derived from payments and statuses; payments come in after their commit (payment-search.ts).
CREATE TABLE search_terms (
  term TEXT NOT NULL,
  payment_id TEXT NOT NULL REFERENCES payments (id),
  PRIMARY KEY (term, payment_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE bills (
  id TEXT PRIMARY KEY,
  tenant_id TEXT NOT NULL,
  business_service TEXT NOT NULL,
  consumer_code TEXT NOT NULL,
  code_term TEXT NOT NULL,
  number_term TEXT NOT NULL,
  mobile_number TEXT,
  fetched_at_ms INTEGER NOT NULL,
  seen_at_ms INTEGER NOT NULL,
  body TEXT NOT NULL
) STRICT;
CREATE INDEX bills_of_debt ON bills (consumer_code, business_service, tenant_id, fetched_at_ms);
CREATE INDEX bills_by_code ON bills (code_term);
CREATE INDEX bills_by_number ON bills (number_term);
CREATE INDEX bills_by_mobile ON bills (mobile_number) WHERE mobile_number IS NOT NULL;
CREATE INDEX bills_by_age ON bills (seen_at_ms);

CREATE TABLE pin_locks (
  operator_id TEXT PRIMARY KEY,
  failures INTEGER NOT NULL,
  try_monotonic_ms INTEGER NOT NULL,
  try_boot_id TEXT NOT NULL
) STRICT;

CREATE TABLE print_jobs (
  id INTEGER PRIMARY KEY,
  payment_id TEXT NOT NULL REFERENCES payments (id),
  copy_number INTEGER NOT NULL CHECK (copy_number >= 0),
  state TEXT NOT NULL CHECK (state IN ('queued', 'printing', 'printed', 'failed', 'unknown', 'absent')),
  attempts INTEGER NOT NULL,
  problem TEXT,
  requested_by TEXT,
  queued_at_ms INTEGER NOT NULL,
  at_ms INTEGER NOT NULL,
  UNIQUE (payment_id, copy_number)
) STRICT;
CREATE INDEX print_jobs_open ON print_jobs (id) WHERE state IN ('queued', 'printing');
CREATE TRIGGER print_jobs_stay BEFORE DELETE ON print_jobs
BEGIN SELECT RAISE(ABORT, 'print jobs are never deleted'); END;
`,
}
