// Goal: there is no door by which a whole card number gets into the till. Every text field of every procedure between screen and core
// is found from the contract itself and filled with card numbers in every shape; scanners read them and stripe readers swipe them on
// every track. Afterwards none of them is in any answer, in any file of the till (record, write-ahead log, journal, slips, log) or in
// the words of any problem. What card terminals say is pushed through in card-numbers.test.ts.
import { appendFileSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import * as z from 'zod'
import { stripeReader } from '#drivers/card-reader/stripe-reader.ts'
import { virtualStripeReader } from '#drivers/virtual/card-reader.ts'
import { procedures } from '#rpc/procedures.ts'
import { startCardKit, SUPERVISOR, type CardKit } from './card-kit.ts'
import { cashInput, todaysBill } from './host-kit.ts'

/** Published test numbers of six schemes. */
const NUMBERS = [
  '4111111111111111',
  '5555555555554444',
  '378282246310005',
  '30569309025904',
  '6011111111111117',
  '2223003122003222',
]
const fours = (pan: string): string[] => pan.match(/.{1,4}/g) ?? []
const shapesOf = (pan: string): string[] => [
  pan,
  fours(pan).join(' '),
  fours(pan).join('-'),
  `%B${pan}^WAKALE/ASHA^2912101123456789?`,
  `;${pan}=29121011234567890?`,
  `;01${pan}=724724000000000000030300000000?`,
]
const SHAPES = NUMBERS.flatMap(shapesOf)

type Json = { readonly [name: string]: unknown }

let cards: CardKit
const stripe = virtualStripeReader()
const told: string[] = []

beforeAll(async () => {
  cards = await startCardKit({ billCount: 1 })
  const reader = stripeReader(
    { vendorId: 0x0801, productId: 2, serialNumber: null },
    { nowMs: Date.now, open: stripe.open },
  )
  await cards.kit.restart({
    options: { logLevel: 'debug', scanners: ['virtual:scans.txt'] },
    tuning: { cardReaders: [reader], cardAskAgainMs: [] },
  })
  await cards.kit.client.session.signIn({ ...SUPERVISOR, operatorCode: '101' })
}, 30_000)
afterAll(async () => {
  await cards.close()
})

/** Something of that form, the first of each choice; which strings it holds is what matters. */
function baseOf(schema: Json): unknown {
  const { type, properties, anyOf, oneOf, items } = schema
  const choices = (anyOf ?? oneOf) as Json[] | undefined
  if (choices !== undefined) return baseOf(choices[0] ?? {})
  if ('const' in schema) return schema['const']
  if (Array.isArray(schema['enum'])) return schema['enum'][0] as unknown
  if (type === 'object') {
    return Object.fromEntries(
      Object.entries((properties ?? {}) as Record<string, Json>).map(([name, each]) => [name, baseOf(each)]),
    )
  }
  if (type === 'array') return [baseOf((items ?? {}) as Json)]
  if (type === 'integer' || type === 'number') return 1
  if (type === 'boolean') return false
  if (type === 'null') return null
  return schema['format'] === 'uuid' ? '6f1d2c3e-4b5a-4c7d-8e9f-0a1b2c3d4e5f' : 'x'
}

/** Every text of the form, in every choice, with a value around it. */
function placesOf(
  schema: Json,
  path: readonly (string | number)[] = [],
): { path: readonly (string | number)[]; around: (leaf: unknown) => unknown }[] {
  const choices = (schema['anyOf'] ?? schema['oneOf']) as Json[] | undefined
  if (choices !== undefined) return choices.flatMap((each) => placesOf(each, path))
  if ('const' in schema || 'enum' in schema) return []
  if (schema['type'] === 'string') return [{ path, around: (leaf) => leaf }]
  if (schema['type'] === 'array') {
    return placesOf((schema['items'] ?? {}) as Json, [...path, 0]).map(({ path: at, around }) => ({
      path: at,
      around: (leaf) => [around(leaf)],
    }))
  }
  if (schema['type'] !== 'object') return []
  const base = baseOf(schema) as Json
  return Object.entries((schema['properties'] ?? {}) as Record<string, Json>).flatMap(([name, each]) =>
    placesOf(each, [...path, name]).map(({ path: at, around }) => ({
      path: at,
      around: (leaf) => ({ ...base, [name]: around(leaf) }),
    })),
  )
}

type Contract = { readonly '~orpc'?: { readonly inputSchema?: z.ZodType } }
type Door = {
  readonly call: readonly string[]
  readonly field: string
  readonly inputWith: (text: string) => unknown
}

function doorsOf(node: object, call: readonly string[] = []): Door[] {
  const inputSchema = (node as Contract)['~orpc']?.inputSchema
  if ('~orpc' in node) {
    if (inputSchema === undefined) return []
    const form = z.toJSONSchema(inputSchema, { io: 'input', unrepresentable: 'any' }) as Json
    return placesOf(form).map(({ path, around }) => ({ call, field: path.join('.'), inputWith: around }))
  }
  return Object.entries(node).flatMap(([name, each]) => doorsOf(each as object, [...call, name]))
}

const DOORS = doorsOf(procedures)

async function answerOf({ call, inputWith }: Door, text: string): Promise<{ code: string; words: string }> {
  type Node = ((input: unknown) => Promise<unknown>) & { readonly [name: string]: Node }
  const procedure = call.reduce<Node>((node, name) => node[name] as Node, cards.kit.client as unknown as Node)
  try {
    return { code: 'none', words: JSON.stringify(await procedure(inputWith(text))) ?? '' }
  } catch (error) {
    const { code = '', message, data, cause } = error as Error & { code?: string; data?: unknown }
    const words = `${code} ${message} ${JSON.stringify(data)} ${cause instanceof Error ? cause.message : ''}`
    return { code, words }
  }
}

/** Fields that name a bill or a device, and texts that are searched: a number there finds nothing, and nothing of it stays. */
const NAMING = /\.consumerCode$/
const NAMING_DEVICES = /^(?:devices|virtual)\..*\.(?:id|identity)$/
const SEARCHING = ['bill.find', 'receipt.search', 'virtual.act']

const isNaming = ({ call, field }: Door): boolean => {
  const name = [...call, field].join('.')
  return NAMING.test(name) || NAMING_DEVICES.test(name)
}

test('through every text field of every procedure', async () => {
  expect(DOORS.length).toBeGreaterThan(40)
  const letIn: string[] = []
  /** Doors that were shut to who called, not to the number. */
  const push = async (doors: readonly Door[]): Promise<Door[]> => {
    const shut = new Set<Door>()
    for (const [at, door] of doors.entries()) {
      const call = door.call.join('.')
      for (let turn = 0; turn < 3; turn += 1) {
        const text = SHAPES[(at * 7 + turn * 5) % SHAPES.length] ?? ''
        const { code, words } = await answerOf(door, text)
        told.push(words)
        if (code === 'role_not_allowed') shut.add(door)
        else if (code === 'internal') letIn.push(`${call} ${door.field} failed`)
        else if (isNaming(door) || SEARCHING.includes(call)) continue
        else if (code !== 'card_number_refused') letIn.push(`${call} ${door.field}: ${code}`)
      }
    }
    return [...shut]
  }
  const { session } = cards.kit.client
  const forSupervisors = await push(DOORS)
  await session.signIn(SUPERVISOR)
  expect(await push(forSupervisors)).toEqual([])
  await session.signIn({ ...SUPERVISOR, operatorCode: '101' })
  expect(letIn).toEqual([])
}, 60_000)

test('a bill is never looked up by a card number, in any shape', async () => {
  for (const text of SHAPES) {
    const find = { call: ['bill', 'find'], field: 'text', inputWith: (typed: string) => ({ text: typed }) }
    const { code, words } = await answerOf(find, text)
    expect(code, text).toBe('card_number_refused')
    told.push(words)
  }
})

test('through scanners and stripe readers', async () => {
  const { client, dataDir } = cards.kit
  const before = (await client.devices.scans({ after: null })).lastNumber
  await expect
    .poll(async () => (await client.devices.scans({ after: null })).scanners.map(({ isOpen }) => isOpen))
    .toEqual([true, true])
  for (const pan of NUMBERS) {
    appendFileSync(join(dataDir, 'scans.txt'), `${shapesOf(pan).join('\r')}\r`)
    stripe.swipe({ 1: `%B${pan}^WAKALE/ASHA^2912101?`, 2: `;${pan}=2912101?`, 3: `;01${pan}=724?` })
    stripe.swipe({ 2: `;${pan}=29` }, { errorTracks: [2] })
    stripe.swipe({ 1: `%${fours(pan).join(' ')}?` })
  }
  const wanted = SHAPES.length + 3 * NUMBERS.length
  let after = before
  const kinds: string[] = []
  while (kinds.length < wanted) {
    const { scans, lastNumber } = await client.devices.scans({ after })
    told.push(JSON.stringify(scans))
    kinds.push(...scans.map(({ kind, value }) => `${kind} ${value}`))
    after = lastNumber
    await pause(1)
  }
  expect(new Set(kinds)).toEqual(new Set(['bank_card null']))
}, 30_000)

test('and then it is nowhere: no answer, no file, no word of the log, neither together nor in pieces', async () => {
  const { kit } = cards
  const bill = todaysBill()
  cards.fake.state.bills.push(bill)
  await kit.client.bill.find({ text: bill.consumerCode })
  // The till is in order, and its record, its journal and its log are written to.
  expect((await kit.client.payment.take(cashInput([bill]))).payments).toHaveLength(1)
  // What goes to whoever helps from far away, with all that the devices did.
  const { base64 } = await kit.client.devices.bundle()
  const bundle = Buffer.from(base64, 'base64').toString('utf8')
  expect(bundle).toContain('"section":"event"')
  told.push(bundle)
  for (const { id } of (await kit.client.devices.list()).devices) {
    told.push(JSON.stringify(await kit.client.devices.events({ id })))
  }
  const open = filesOf(kit.dataDir)
  expect(open.some((path) => path.endsWith('-wal'))).toBe(true)
  const read = (path: string) => ({ where: path, text: readFileSync(path, 'latin1') })
  const texts = [...told.map((text) => ({ where: `told ${text.slice(0, 100)}`, text })), ...open.map(read)]
  await kit.host.close()
  texts.push(...filesOf(kit.dataDir).map(read))
  expect(texts.some(({ text }) => text.includes('bank_card_refused'))).toBe(true)
  for (const pan of NUMBERS) {
    for (const shape of [pan, fours(pan).join(' '), fours(pan).join('-'), fours(pan).slice(0, 3).join('')]) {
      const found = texts
        .filter(({ text }) => text.includes(shape))
        .map(({ where }) => `${shape} in ${where}`)
      expect(found).toEqual([])
    }
  }
  for (const { where, text } of texts) expect(cardLike(text), where).toEqual([])
})

test('but a bill that DIGIT numbers so is found by its number once the till knows it', async () => {
  await cards.kit.restart({ tuning: { cardReaders: null } })
  const { client } = cards.kit
  await client.session.signIn({ ...SUPERVISOR, operatorCode: '101' })
  const bill = todaysBill({ consumerCode: '4111111111111111', mobileNumber: '9811122233' })
  cards.fake.state.bills.push(bill)
  expect((await client.bill.find({ text: '9811122233' })).bills).toHaveLength(1)
  expect((await client.bill.find({ text: bill.consumerCode })).bills).toMatchObject([
    { bill: { id: bill.id } },
  ])
  expect((await client.payment.take(cashInput([bill]))).payments).toHaveLength(1)
})

function filesOf(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name)
    // What the test itself gave the scanner to read.
    if (name === 'scans.txt') return []
    return statSync(path).isDirectory() ? filesOf(path) : [path]
  })
}

/** Any other card's number, standing alone: beginning like a scheme's and right by its check digit, which is reckoned here anew. */
function cardLike(text: string): string[] {
  const runs = text.match(/(?<![\w.-])(?:[3-6]|2[2-7])\d{12,18}(?![\w.-])/g) ?? []
  return runs.filter((run) => {
    const weighed = run
      .split('')
      .toReversed()
      .map((digit, at) => Number(digit) * (at % 2 === 1 ? 2 : 1))
    return weighed.reduce((sum, each) => sum + (each > 9 ? each - 9 : each), 0) % 10 === 0
  })
}
