// `npm run journal-verify -- <tahsil.db | export.jsonl> [--key PUBLIC_KEY] [--heads FILE] [--server-key KEY] [--export FILE]`: holds a till's
// journal against everything that is known of it. One plain line for each finding; the exit code names the kind of the first one.
import { createHash, createPublicKey, verify } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { headsContentSchema, headsFileSchema } from '#contract/heads-file.ts'
import { readAck, type Ack } from '#contract/journal-record.ts'
import { publicKeySchema, signingInput, type SignedText } from '#contract/signed.ts'
import {
  checkCards,
  checkEntries,
  checkHeads,
  checkShifts,
  readRecordFile,
  type Finding,
  type FindingKind,
  type JournalFacts,
  type ReadFile,
} from '#store/journal/verify-journal.ts'

/** 0: nothing found. 2: the question was not understood. */
export const EXIT_CODES: Readonly<Record<FindingKind, number>> = {
  unreadable: 3,
  gap: 10,
  chain: 11,
  deleted: 12,
  reordered: 13,
  body: 14,
  columns: 15,
  signature: 16,
  turnover: 17,
  shift: 18,
  card: 19,
  truncated: 20,
  'rolled-back': 21,
  derived: 30,
}

export type Verified = { readonly lines: string[]; readonly exitCode: number }

type Asked = {
  readonly file: string
  /** The device's public key as the municipality knows it; null: what the file says of itself. */
  readonly publicKey: string | null
  readonly headsFile: string | null
  /** Only heads that this integrator key signed count; null: the key that the heads name. */
  readonly serverKey: string | null
  readonly exportFile: string | null
}

export function verifyJournal(asked: Asked): Verified {
  const findings: Finding[] = []
  const heads = asked.headsFile === null ? [] : readHeads(asked, findings)
  const read = asked.file.endsWith('.jsonl') ? readExport(asked) : readRecordFile(asked)
  if (read === null) return toldOf([...findings, unreadable('there is no journal in this file')], 0)
  const { facts, own, derived } = read
  findings.push(...checkEntries(facts), ...checkShifts(facts), ...checkCards(facts))
  findings.push(...checkHeads(facts, [...own, ...heads]), ...derived)
  if (asked.exportFile !== null) writeExport(asked.exportFile, facts)
  return toldOf(findings, facts.entries.length)
}

/** Lines of JSON: the owner and its key, then each record. */
function readExport({ file, publicKey }: Asked): ReadFile | null {
  const [first = '', ...rest] = readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
  try {
    const head = JSON.parse(first) as { owner: JournalFacts['owner']; publicKey: string | null }
    const entries = rest.map((line) => JSON.parse(line) as JournalFacts['entries'][number])
    return {
      facts: { owner: head.owner, publicKey: publicKey ?? head.publicKey, entries },
      own: [],
      derived: [],
    }
  } catch {
    return null
  }
}

function writeExport(path: string, { owner, publicKey, entries }: JournalFacts): void {
  const lines = [{ owner, publicKey }, ...entries].map((line) => JSON.stringify(line))
  writeFileSync(path, `${lines.join('\n')}\n`, { mode: 0o600 })
}

function readHeads({ headsFile, serverKey }: Asked, findings: Finding[]): Ack[] {
  try {
    const file = headsFileSchema.parse(JSON.parse(readFileSync(headsFile ?? '', 'utf8')))
    if (createHash('sha256').update(file.content).digest('hex') !== file.sha256) {
      findings.push(unreadable('the file of heads does not have the hash that it names'))
    }
    const { heads } = headsContentSchema.parse(JSON.parse(file.content))
    return heads.flatMap(({ ack }) => {
      const read = isSigned(ack, serverKey) ? readAck(ack.text) : null
      if (read === null) findings.push(unreadable('a head in the file is not signed by the integrator'))
      return read === null ? [] : [read]
    })
  } catch {
    findings.push(unreadable('the file of heads cannot be read'))
    return []
  }
}

function isSigned({ text, key, signature }: SignedText, serverKey: string | null): boolean {
  if (serverKey !== null && key !== serverKey) return false
  const publicKey = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: key }, format: 'jwk' })
  const input = Buffer.from(signingInput('ack', text))
  return verify(null, input, publicKey, Buffer.from(signature, 'base64url'))
}

function unreadable(words: string): Finding {
  return { kind: 'unreadable', seq: null, words }
}

function toldOf(findings: readonly Finding[], count: number): Verified {
  const [first] = findings
  if (first === undefined) return { lines: [`${count} records: nothing found.`], exitCode: 0 }
  return { lines: findings.map(({ kind, words }) => `${kind}: ${words}`), exitCode: EXIT_CODES[first.kind] }
}

function main(words: readonly string[]): number {
  const options = {
    key: { type: 'string' as const },
    heads: { type: 'string' as const },
    'server-key': { type: 'string' as const },
    export: { type: 'string' as const },
  }
  const usage =
    'Usage: journal-verify <tahsil.db | export.jsonl> [--key KEY] [--heads FILE] [--server-key KEY] [--export FILE]\n'
  try {
    const { values, positionals } = parseArgs({ args: [...words], options, allowPositionals: true })
    const [file] = positionals
    const keys = [values.key, values['server-key']].filter((key) => key !== undefined)
    if (
      file === undefined ||
      !existsSync(file) ||
      keys.some((key) => !publicKeySchema.safeParse(key).success)
    ) {
      process.stderr.write(usage)
      return 2
    }
    const { lines, exitCode } = verifyJournal({
      file,
      publicKey: values.key ?? null,
      headsFile: values.heads ?? null,
      serverKey: values['server-key'] ?? null,
      exportFile: values.export ?? null,
    })
    process.stdout.write(`${lines.join('\n')}\n`)
    return exitCode
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
    process.stderr.write(usage)
    return 2
  }
}

if (process.argv[1] === import.meta.filename) process.exitCode = main(process.argv.slice(2))
