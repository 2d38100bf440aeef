// Cash that is handed in, and shifts that end. Run by migrate.ts after the steps before it; never edited once released.

export const shiftClose = {
  number: 6,
  name: 'shift close',
  sql: `
-- The few records of drawers among all the payments. Every look-up repeats this condition word for word, or the index is not used.
CREATE INDEX journal_of_drawers ON journal (seq)
WHERE type IN ('OPEN_SHIFT', 'CASH_OUT', 'CASH_COUNT', 'CLOSE_SHIFT');

-- A check cannot be changed: the table is made anew with the kind HAND_IN. Named after its cause, so that nothing comes twice.
CREATE TABLE cash_movements_next (
  id TEXT PRIMARY KEY,
  shift_id TEXT NOT NULL REFERENCES shifts (id),
  collection_id TEXT REFERENCES collections (id),
  kind TEXT NOT NULL CHECK (kind IN ('FLOAT', 'COLLECTION', 'HAND_IN')),
  amount_paise INTEGER NOT NULL CHECK (amount_paise >= 0),
  at_ms INTEGER NOT NULL,
  CHECK (kind = 'HAND_IN' OR id = CASE kind WHEN 'FLOAT' THEN shift_id ELSE coalesce(collection_id, '') END),
  CHECK ((kind = 'COLLECTION') = (collection_id IS NOT NULL)),
  CHECK (kind <> 'HAND_IN' OR (amount_paise > 0 AND amount_paise % 100 = 0))
) STRICT, WITHOUT ROWID;
INSERT INTO cash_movements_next (id, shift_id, collection_id, kind, amount_paise, at_ms)
SELECT id, shift_id, collection_id, kind, amount_paise, at_ms FROM cash_movements;
DROP TABLE cash_movements;
ALTER TABLE cash_movements_next RENAME TO cash_movements;
CREATE TRIGGER cash_never_changes BEFORE UPDATE ON cash_movements
BEGIN SELECT RAISE(ABORT, 'cash movements are never changed'); END;
CREATE TRIGGER cash_stays BEFORE DELETE ON cash_movements
BEGIN SELECT RAISE(ABORT, 'cash movements are never deleted'); END;
CREATE TRIGGER hand_ins_have_their_record BEFORE INSERT ON cash_movements
WHEN NEW.kind = 'HAND_IN' AND NOT EXISTS (
  SELECT 1 FROM journal
  WHERE type IN ('OPEN_SHIFT', 'CASH_OUT', 'CASH_COUNT', 'CLOSE_SHIFT') AND type = 'CASH_OUT'
    AND body ->> '$.data.id' = NEW.id AND body ->> '$.data.shiftId' = NEW.shift_id
    AND body ->> '$.data.amountPaise' = NEW.amount_paise
)
BEGIN SELECT RAISE(ABORT, 'cash that is handed in has its own record in the journal'); END;

CREATE TRIGGER shifts_end_with_their_record BEFORE UPDATE OF is_open ON shifts
WHEN NEW.is_open = 0 AND NOT EXISTS (
  SELECT 1 FROM journal
  WHERE type IN ('OPEN_SHIFT', 'CASH_OUT', 'CASH_COUNT', 'CLOSE_SHIFT') AND type = 'CLOSE_SHIFT'
    AND body ->> '$.data.shiftId' = NEW.id
)
BEGIN SELECT RAISE(ABORT, 'a shift ends with its own record in the journal'); END;
CREATE TRIGGER shifts_end_for_good BEFORE UPDATE ON shifts WHEN OLD.is_open = 0
BEGIN SELECT RAISE(ABORT, 'a closed shift is never changed'); END;
CREATE TRIGGER drawers_hold_no_debt BEFORE UPDATE OF cash_in_hand_paise ON shifts
WHEN NEW.cash_in_hand_paise < 0
BEGIN SELECT RAISE(ABORT, 'a drawer never holds less than nothing'); END;
`,
}
