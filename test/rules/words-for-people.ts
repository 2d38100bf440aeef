// Leaves out of the mutants (test/rules/stryker.json) what is only said to people: texts with a blank in them. Codes, states, keys and
// formats have none and are judged. An ignore plugin of Stryker; what it leaves out is counted as ignored and never as killed.
type Syntax = {
  readonly type: string
  readonly value?: unknown
  readonly quasis?: readonly { readonly value: { readonly raw: string } }[]
}

const wordsForPeople = {
  shouldIgnore({ node }: { readonly node: Syntax }): string | undefined {
    const isText =
      (node.type === 'StringLiteral' && typeof node.value === 'string' && node.value.includes(' ')) ||
      (node.type === 'TemplateLiteral' && node.quasis?.some(({ value }) => value.raw.includes(' ')) === true)
    return isText ? 'words for people' : undefined
  },
}

export const strykerPlugins = [{ kind: 'Ignore', name: 'words-for-people', value: wordsForPeople }]
