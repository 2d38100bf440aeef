// Run by migrate.ts after the steps before it; never edited once released.

export const billPacks = {
  number: 3,
  name: 'bill packs',
  sql: `
`,
}
