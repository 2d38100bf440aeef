// Keeps the till's own scanners and card readers open and their last scans for the screen, which asks for them (devices.scans).
// One that was unplugged is tried again until it is back. Called by start-host and router.ts.
import { setTimeout as pause } from 'node:timers/promises'
import type { Logger } from 'pino'
import { isCardText } from '#contract/card-numbers.ts'
import type { CardEvent, CardReader } from '#drivers/card-reader/card-reader.ts'
import { createRepeatCheck } from '#drivers/scanner/deduplicate.ts'
import type { OpenScanner, Scanner, ScanEvent } from '#drivers/scanner/scan.ts'
import { SCANS_MAX, type ScanNote, type Scans } from '#rpc/devices.ts'
import { DriverProblem } from '#drivers/problem.ts'
import type { BadgeNames } from './badge-numbers.ts'

/** Shorter than what an HTTP server or a proxy lets a call wait. */
const WAIT_MS = 5_000
/** Calls that wait at the same time; a till has one screen. */
const WAITING_MAX = 8
const AGAIN_MS = 3_000
/** A scan that no screen asked for is no longer meant by anybody. */
const FRESH_MS = 10_000

export type ScanDesk = {
  readonly scans: (after: number | null) => Promise<Scans>
  readonly stop: () => Promise<void>
}

export function startScanDesk(parts: {
  readonly scanners: readonly Scanner[]
  readonly readers?: readonly CardReader[]
  /** Absent: a card says what stands on it. */
  readonly badgeNames?: BadgeNames
  readonly logger: Logger
  /** Epoch ms. */
  readonly nowMs: () => number
  readonly againMs?: number
}): ScanDesk {
  const { scanners, readers = [], badgeNames = () => null, logger, nowMs, againMs = AGAIN_MS } = parts
  const devices = [...scanners, ...readers]
  const isRepeat = createRepeatCheck()
  const notes: ScanNote[] = []
  const waiting = new Set<() => void>()
  const isOpen = devices.map(() => false)
  let lastNumber = 0

  const wakeAll = (): void => {
    for (const wake of waiting) wake()
  }
  const keep = (note: Omit<ScanNote, 'number'>): void => {
    lastNumber += 1
    notes.push({ number: lastNumber, ...note })
    if (notes.length > SCANS_MAX) notes.shift()
    wakeAll()
  }
  const takeScan = (event: ScanEvent): void => {
    const note = noteOfScan(event)
    if (note === null || (event.kind === 'scan' && isRepeat(event.scan))) return
    keep(note)
  }
  const takeCard = (event: CardEvent): void => {
    const note = noteOfCard(event)
    if (note.kind === 'bank_card') logger.warn({ code: 'bank_card_refused' }, 'a bank card was refused')
    const name = note.kind === 'badge' && note.value !== null ? badgeNames(note.value) : null
    keep(name === null ? note : { ...note, value: name })
  }
  const common = (index: number) => ({
    logger,
    againMs,
    tell: (open: boolean) => void (isOpen[index] = open),
  })
  const keepers = [
    ...scanners.map((each, index) => keepOpen(each, { take: takeScan, ...common(index) })),
    ...readers.map((each, index) => keepOpen(each, { take: takeCard, ...common(scanners.length + index) })),
  ]
  const answer = (after: number): Scans => ({
    lastNumber,
    scans: notes.filter(({ number, atMs }) => number > after && nowMs() - atMs < FRESH_MS),
    scanners: devices.map(({ name }, index) => ({ name, isOpen: isOpen[index] === true })),
  })
  return {
    scans: async (after) => {
      // A number from before a restart is higher than all of now.
      const from = after === null ? lastNumber : after > lastNumber ? 0 : after
      if (devices.length > 0 && lastNumber <= from && after !== null) await nextWake(waiting)
      return answer(from)
    },
    stop: async () => {
      wakeAll()
      await Promise.all(keepers.map(async (keeper) => await keeper.stop()))
    },
  }
}

function noteOfScan(event: ScanEvent): Omit<ScanNote, 'number'> | null {
  if (event.kind === 'unreadable') {
    const { source, at, reason } = event
    if (source === 'wedge') return null
    return { kind: 'scan', value: null, reason, aim: null, symbology: null, source, atMs: at }
  }
  const { value, aim, symbology, source, at } = event.scan
  if (source === 'wedge') return null
  const note = { aim, symbology, source, atMs: at }
  if (isCardText(value)) return { ...note, kind: 'bank_card', value: null, reason: 'bank_card' }
  return { ...note, kind: 'scan', value }
}

/** The driver has refused bank cards already; what it let through is looked at once more. */
function noteOfCard(event: CardEvent): Omit<ScanNote, 'number'> {
  const note = { aim: null, symbology: null, source: 'card', atMs: event.at } as const
  if (event.kind === 'badge') return { ...note, kind: 'badge', value: event.uid }
  if (event.kind === 'unreadable') return { ...note, kind: 'badge', value: null, reason: 'card_unreadable' }
  if (event.kind === 'id-card' && !isCardText(event.value)) {
    return { ...note, kind: 'badge', value: event.value }
  }
  return { ...note, kind: 'bank_card', value: null, reason: 'bank_card' }
}

/** Ends with the next scan or after WAIT_MS; too many who wait send the first one home. */
async function nextWake(waiting: Set<() => void>): Promise<void> {
  await new Promise<void>((resolve) => {
    const wake = (): void => {
      clearTimeout(timer)
      waiting.delete(wake)
      resolve()
    }
    const timer = setTimeout(wake, WAIT_MS)
    timer.unref()
    waiting.add(wake)
    const [first] = waiting
    if (waiting.size > WAITING_MAX) first?.()
  })
}

type Keeping<E> = {
  readonly take: (event: E) => void
  readonly tell: (isOpen: boolean) => void
  readonly logger: Logger
  readonly againMs: number
}

/** A scanner or a card reader. */
type Device<E> = {
  readonly name: string
  readonly open: (listener: (event: E) => void) => Promise<OpenScanner>
}

function keepOpen<E>(
  device: Device<E>,
  { take, tell, logger, againMs }: Keeping<E>,
): { readonly stop: () => Promise<void> } {
  const stopping = new AbortController()
  let open: OpenScanner | null = null
  let lastCode = ''
  const say = (error: unknown): void => {
    const code = error instanceof DriverProblem ? error.code : 'device_unreachable'
    // An unplugged scanner is told once, not every few seconds.
    if (code !== lastCode) logger.warn({ scanner: device.name, code }, 'the scanner cannot be used')
    lastCode = code
  }
  const run = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      try {
        open = await device.open(take)
        if (stopping.signal.aborted) break
        tell(true)
        lastCode = ''
        const problem = await open.closed
        if (problem !== null) say(problem)
      } catch (error) {
        say(error)
      }
      open = null
      tell(false)
      await pause(againMs, undefined, { signal: stopping.signal, ref: false }).catch(() => undefined)
    }
    await open?.close().catch(() => undefined)
  }
  const running = run()
  return {
    stop: async () => {
      stopping.abort()
      await open?.close().catch(() => undefined)
      await running
    },
  }
}
