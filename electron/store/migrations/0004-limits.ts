// Run by migrate.ts after the steps before it; never edited once released.

export const limitFacts = {
  number: 4,
  name: 'limits',
  sql: `
`,
}
