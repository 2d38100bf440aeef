// How a municipality's printed links name a bill: a small pattern language, written like a regular expression, with one
// group around the code. A link is never opened. Called by payload.ts.
//
// Known are: characters, `\` before a sign, `\d`, `\w`, `.`, `[…]` and `[^…]`, each with `+`, `*` or `?`, and one group
// `( )` without a quantifier. A rule always describes the whole link. It is matched here and not by RegExp, in at most
// length of rule x length of link steps, so that no rule and no link can make a till stand still.

type Atom = {
  readonly isMatch: (character: string) => boolean
  readonly min: 0 | 1
  readonly isMany: boolean
}

export type LinkRule = {
  readonly text: string
  readonly atoms: readonly Atom[]
  /** The group holds the atoms from here … */
  readonly groupFrom: number
  /** … up to this one, which it does not hold. */
  readonly groupTo: number
}

export const RULE_CHARS_MAX = 256
export const LINK_CHARS_MAX = 2_048

const ATOM = /\\(?<escaped>[\s\S])|\[(?<not>\^?)(?<set>(?:\\[\s\S]|[^\]\\])+)\]|(?<plain>[^\\[\]+*?{}|^$()])/y

/** null: not a rule of this language. */
export function readLinkRule(text: string): LinkRule | null {
  if (text.length > RULE_CHARS_MAX) return null
  const body = text.replace(/^\^/, '').replace(/\$$/, '')
  const atoms: Atom[] = []
  const group: number[] = []
  let at = 0
  while (at < body.length) {
    const sign = body.charAt(at)
    if (sign === '(' || sign === ')') {
      if (group.length !== (sign === '(' ? 0 : 1)) return null
      group.push(atoms.length)
      at += 1
      continue
    }
    ATOM.lastIndex = at
    const found = ATOM.exec(body)
    const isMatch = found === null ? null : matcherOf(found.groups ?? {})
    if (found === null || isMatch === null) return null
    at += found[0].length
    const quantifier = body.charAt(at)
    const isQuantified = quantifier !== '' && '+*?'.includes(quantifier)
    if (isQuantified) at += 1
    atoms.push({
      isMatch,
      min: isQuantified && quantifier !== '+' ? 0 : 1,
      isMany: isQuantified && quantifier !== '?',
    })
  }
  const [groupFrom, groupTo] = group
  if (groupFrom === undefined || groupTo === undefined || groupFrom === groupTo) return null
  return { text, atoms, groupFrom, groupTo }
}

type AtomWords = { readonly [name: string]: string | undefined }

function matcherOf({ escaped, not, set, plain }: AtomWords): Atom['isMatch'] | null {
  if (plain === '.') return () => true
  if (plain !== undefined) return (character) => character === plain
  if (escaped !== undefined) return classOf(escaped)
  const members = [...(set ?? '').matchAll(/\\([\s\S])|([\s\S])-([^\\])|([\s\S])/g)].map(
    ([, sign, from, to, single]): Atom['isMatch'] | null => {
      if (sign !== undefined) return classOf(sign)
      if (from !== undefined && to !== undefined) return (each) => each >= from && each <= to
      return (each) => each === single
    },
  )
  const known = members.filter((member) => member !== null)
  if (known.length !== members.length) return null
  const isInverted = not === '^'
  return (character) => known.some((member) => member(character)) !== isInverted
}

function classOf(sign: string): Atom['isMatch'] | null {
  if (sign === 'd') return (character) => character >= '0' && character <= '9'
  if (sign === 'w') return (character) => /^\w$/.test(character)
  // Other letters mean something else in regular expressions, and that is not known here.
  return /^[A-Za-z0-9]$/.test(sign) ? null : (character) => character === sign
}

/** The code in the link, or null. As in a regular expression, earlier quantifiers take as much as they can. */
export function codeInLink(rule: LinkRule, link: string): string | null {
  if (link.length > LINK_CHARS_MAX) return null
  const { atoms, groupFrom, groupTo } = rule
  const width = link.length + 1
  const canEnd = reachableEnds(atoms, link)
  const startsAt: number[] = []
  let at = 0
  for (const [index, atom] of atoms.entries()) {
    if (canEnd[index * width + at] !== 1) return null
    startsAt.push(at)
    let longest = at
    while (longest < link.length && (atom.isMany || longest === at) && atom.isMatch(link.charAt(longest)))
      longest += 1
    while (longest >= at + atom.min && canEnd[(index + 1) * width + longest] !== 1) longest -= 1
    if (longest < at + atom.min) return null
    at = longest
  }
  startsAt.push(at)
  return at === link.length ? link.slice(startsAt[groupFrom], startsAt[groupTo]) : null
}

/** 1 at [atom, place]: from that place the atoms from that one on can reach the end. Filled from the back, each once. */
function reachableEnds(atoms: readonly Atom[], link: string): Uint8Array {
  const width = link.length + 1
  const canEnd = new Uint8Array((atoms.length + 1) * width)
  canEnd[atoms.length * width + link.length] = 1
  for (const [index, atom] of [...atoms.entries()].toReversed()) {
    for (let at = link.length; at >= 0; at -= 1) {
      const isSkipped = atom.min === 0 && canEnd[(index + 1) * width + at] === 1
      const isTaken =
        at < link.length &&
        atom.isMatch(link.charAt(at)) &&
        (canEnd[(index + 1) * width + at + 1] === 1 || (atom.isMany && canEnd[index * width + at + 1] === 1))
      if (isSkipped || isTaken) canEnd[index * width + at] = 1
    }
  }
  return canEnd
}
