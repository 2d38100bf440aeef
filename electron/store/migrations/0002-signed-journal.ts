// Run by migrate.ts after the steps before it; never edited once released.

export const signedJournal = {
  number: 2,
  name: 'signed journal',
  sql: `
`,
}
