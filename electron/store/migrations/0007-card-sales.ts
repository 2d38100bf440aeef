// Card sales at a terminal, written down before the terminal hears of them. Run by migrate.ts after the steps before it; never edited once
// released.

export const cardSales = {
  number: 7,
  name: 'card sales',
  sql: `
CREATE TABLE card_sales (
  reference TEXT PRIMARY KEY CHECK (length(reference) BETWEEN 1 AND 10 AND reference NOT GLOB '*[^0-9A-Z]*'),
  collection_id TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('started', 'handed_over', 'approved', 'declined', 'cancelled', 'unknown', 'posted',
    'reversing', 'reversed', 'reversal_refused', 'closed_by_person')),
  amount_paise INTEGER NOT NULL CHECK (amount_paise > 0),
  body TEXT NOT NULL,
  journal_seq INTEGER NOT NULL UNIQUE REFERENCES journal (seq)
) STRICT, WITHOUT ROWID;
-- The few that wait for somebody. Every look-up repeats this condition word for word, or the index is not used.
CREATE INDEX card_sales_open ON card_sales (reference)
WHERE state IN ('started', 'handed_over', 'unknown', 'approved', 'reversing', 'reversal_refused');
-- Of all sales of one collection at most one is used up.
CREATE UNIQUE INDEX card_sales_post_once ON card_sales (collection_id) WHERE state = 'posted';

CREATE TRIGGER card_sales_begin_with_their_record BEFORE INSERT ON card_sales
WHEN NOT EXISTS (
  SELECT 1 FROM journal WHERE seq = NEW.journal_seq AND type = 'CARD_SALE'
    AND body ->> '$.data.reference' = NEW.reference AND body ->> '$.data.state' = NEW.state
    AND body ->> '$.data.amountPaise' = NEW.amount_paise
)
BEGIN SELECT RAISE(ABORT, 'a card sale has its own record in the journal'); END;
CREATE TRIGGER card_sales_go_on_with_their_record BEFORE UPDATE ON card_sales
WHEN NOT EXISTS (
  SELECT 1 FROM journal WHERE seq = NEW.journal_seq AND seq > OLD.journal_seq AND type = 'CARD_SALE'
    AND body ->> '$.data.reference' = NEW.reference AND body ->> '$.data.state' = NEW.state
)
BEGIN SELECT RAISE(ABORT, 'every step of a card sale has its own record in the journal'); END;
CREATE TRIGGER card_sales_keep_what_was_asked BEFORE UPDATE OF reference, collection_id, amount_paise ON card_sales
WHEN OLD.reference <> NEW.reference OR OLD.collection_id <> NEW.collection_id OR OLD.amount_paise <> NEW.amount_paise
BEGIN SELECT RAISE(ABORT, 'what a card sale was asked for is never changed'); END;
CREATE TRIGGER card_sales_end_for_good BEFORE UPDATE ON card_sales
WHEN OLD.state IN ('posted', 'reversed')
BEGIN SELECT RAISE(ABORT, 'a card sale that has ended is never changed'); END;
CREATE TRIGGER card_sales_stay BEFORE DELETE ON card_sales
BEGIN SELECT RAISE(ABORT, 'card sales are never deleted'); END;
CREATE TRIGGER card_sales_pay_their_amount BEFORE UPDATE OF state ON card_sales
WHEN NEW.state = 'posted' AND NEW.amount_paise <> (
  SELECT coalesce(sum(amount_paise), 0) FROM payments WHERE collection_id = NEW.collection_id AND mode = 'CARD'
)
BEGIN SELECT RAISE(ABORT, 'a card sale is used up by payments of its amount'); END;
`,
}
