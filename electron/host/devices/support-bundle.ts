// One text for whoever helps from far away: program, devices and what they did, what is plugged in, readiness, counts, and the last lines of
// the log. JSON lines, each with its section. No money, no names, no secrets; of a scan only how long it was. Called by
// device-handlers.ts.
import { arch, platform, release } from 'node:os'
import { withoutCardNumbers } from '#contract/card-numbers.ts'
import { maskText } from '#contract/log-safety.ts'
import type { Device, DeviceEvent, FoundDevice } from '#rpc/devices.ts'
import { readinessOf } from '#host/readiness-handlers.ts'
import { tillOf, type Access } from '#host/till.ts'
import { logTail } from './log-tail.ts'

export const BUNDLE_BYTES_MAX = 512 * 1024
const SECONDS = 1_000

/** Throws store_corrupt: a damaged record has the rescue file instead. */
export async function supportBundle(
  access: Access,
): Promise<{ mime: string; fileName: string; base64: string }> {
  const till = tillOf(access)
  const { store, devices } = till
  const atMs = till.clock.read().wallMs
  const device = store.device()
  const queue = store.queueTotals()
  const found = await devices.found()
  const known = [...devices.list(), ...till.fittings.list()]
  const facts = [
    line('about', {
      program: 'tahsil',
      version: till.version,
      node: process.versions.node,
      electron: process.versions['electron'] ?? null,
      system: `${platform()} ${release()} ${arch()}`,
      at: new Date(atMs).toISOString(),
      upSeconds: Math.round(process.uptime()),
      isDemo: store.masters()?.isDemo ?? false,
      tenantId: device?.tenantId ?? null,
      deviceCode: device?.deviceCode ?? null,
      isUnattended: till.isUnattended,
      freeMegabytes: Math.round(till.freeBytes() / 1_048_576),
    }),
    ...known.map((each) => line('device', deviceFacts(each))),
    ...known.flatMap(({ id }) =>
      devices.diary.events(id).map((event) => line('event', eventFacts(id, event))),
    ),
    ...found.devices.map((each) => line('plugged', foundFacts(each))),
    ...found.troubles.map((trouble) => line('unlisted', trouble)),
    ...readinessOf(access).lines.map(({ topic, tone, state }) => line('readiness', { topic, tone, state })),
    line('counts', {
      waiting: queue.waitingCount,
      pending: queue.pendingCount,
      attention: queue.attentionCount,
      prints: store.waitingPrintJobs(),
      cardSales: store.openSales().length,
      isOnline: till.link.isOnline(),
      isInShift: store.openShift() !== null,
    }),
  ]
  const names = (store.masters()?.operators ?? []).map(({ name }) => name)
  const text = withoutNames(inBounds(facts, logTail(till.dataDir)), names)
  const stamp = Math.round(atMs / SECONDS)
  return {
    mime: 'application/x-ndjson',
    fileName: `tahsil-support-${device?.deviceCode.replaceAll(/\W/g, '-') ?? 'till'}-${stamp}.jsonl`,
    base64: Buffer.from(text).toString('base64'),
  }
}

function line(section: string, facts: object): string {
  return JSON.stringify({ section, ...facts })
}

/** The name is what somebody typed, and the sentence of a trouble may hold a folder: left out. */
function deviceFacts({ id, kind, address, state, tone, trouble, lastSeenAtMs, canRemove }: Device): object {
  return {
    id,
    kind,
    // A drawer's is the name of its printer, which somebody typed.
    address: kind === 'drawer' ? null : addressWords(address),
    state,
    tone,
    trouble: trouble?.code ?? null,
    lastSeenAtMs,
    isFixed: !canRemove,
  }
}

/** Settings behind ? may name accounts, and folders may name users of this computer. */
function addressWords(address: string): string {
  const [plain = ''] = address.split('?')
  const local = /^(virtual|file):.*?([^/\\]*)$/.exec(plain)
  return safe(local === null ? plain : `${local[1]}:…/${local[2]}`)
}

function eventFacts(id: string, { number, atMs, tone, what, trouble, raw, decoded }: DeviceEvent): object {
  const isRead = what === 'scan' || what === 'swipe'
  return {
    id,
    number,
    at: new Date(atMs).toISOString(),
    tone,
    what,
    trouble: trouble?.code ?? null,
    rawLength: raw?.length ?? 0,
    decoded: isRead || decoded === null ? null : safe(decoded),
  }
}

function foundFacts({ identity, label, kind, trouble }: FoundDevice): object {
  return { identity: safe(identity), label: safe(label), kind, trouble: trouble?.code ?? null }
}

function safe(text: string): string {
  return maskText(withoutCardNumbers(text))
}

/** The newest lines of the log that still fit. */
function inBounds(facts: readonly string[], log: readonly string[]): string {
  const kept: string[] = []
  let left = BUNDLE_BYTES_MAX
  for (const each of facts) {
    left -= Buffer.byteLength(each) + 1
    if (left >= 0) kept.push(each)
  }
  const tail: string[] = []
  for (const each of log.toReversed()) {
    const entry = `{"section":"log","line":${each}}`
    left -= Buffer.byteLength(entry) + 1
    if (left < 0) break
    tail.push(entry)
  }
  return `${[...kept, ...tail.toReversed()].join('\n')}\n`
}

/** Whoever works at this till is no fact about a device, wherever a name may have come from. */
function withoutNames(text: string, names: readonly string[]): string {
  return names
    .filter((name) => name.trim().length > 2)
    .reduce((left, name) => left.replaceAll(name, '[redacted]'), text)
}
