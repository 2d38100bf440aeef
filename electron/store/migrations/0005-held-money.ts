// Run by migrate.ts after the steps before it; never edited once released.

export const heldMoney = {
  number: 5,
  name: 'held money',
  sql: `
-- Of a payment that DIGIT took only in part: what the municipality holds for the citizen.
ALTER TABLE statuses ADD COLUMN held_paise INTEGER NOT NULL DEFAULT 0;
`,
}
