// Bill packs and their index of names and doors. They can be fetched again: nothing here is money.
// Run by migrate.ts after the steps before it; never edited once released.

export const billPacks = {
  number: 3,
  name: 'bill packs',
  sql: `
CREATE TABLE packs (
  row INTEGER PRIMARY KEY,
  pack_id TEXT NOT NULL,
  route_id TEXT NOT NULL,
  prepared_at_ms INTEGER NOT NULL,
  manifest TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('loading', 'in_use', 'dropped')),
  loaded_chunks INTEGER NOT NULL CHECK (loaded_chunks >= 0)
) STRICT;
-- A new pack of a route is loaded beside the one in use and takes its place when it is whole.
CREATE UNIQUE INDEX packs_in_use ON packs (route_id) WHERE state = 'in_use';
CREATE UNIQUE INDEX packs_loading ON packs (route_id) WHERE state = 'loading';

CREATE TABLE pack_bills (
  row INTEGER PRIMARY KEY,
  pack INTEGER NOT NULL REFERENCES packs (row),
  chunk INTEGER NOT NULL,
  bill_id TEXT NOT NULL,
  code_term TEXT NOT NULL,
  number_term TEXT NOT NULL,
  mobile_number TEXT,
  body TEXT NOT NULL
) STRICT;
CREATE INDEX pack_bills_of_chunk ON pack_bills (pack, chunk);
CREATE INDEX pack_bills_by_id ON pack_bills (bill_id);
CREATE INDEX pack_bills_by_code ON pack_bills (code_term);
CREATE INDEX pack_bills_by_number ON pack_bills (number_term);
CREATE INDEX pack_bills_by_mobile ON pack_bills (mobile_number) WHERE mobile_number IS NOT NULL;

-- Marks belong to words: without them the vowel signs of Indian scripts would cut words into letters.
CREATE VIRTUAL TABLE pack_words USING fts5 (
  name, address, content = '', contentless_delete = 1, prefix = '2 3',
  tokenize = "unicode61 remove_diacritics 2 categories 'L* M* N* Co'"
);

-- The pack that a kept bill came from, as JSON; null: it came from the integrator itself.
ALTER TABLE bills ADD COLUMN pack TEXT;
`,
}
