// A scanner or card reader under watch: hands everything on, and keeps how the device is and what it read, masked; of a bank card nothing
// but that it was refused. Made by device-book.ts, handed to the scan desk in place of the device itself.
import type { CardEvent } from '#drivers/card-reader/card-reader.ts'
import { DriverProblem } from '#drivers/problem.ts'
import type { ScanEvent } from '#drivers/scanner/scan.ts'
import { UDEV_RULES_FILE } from '#drivers/transport/link-problem.ts'
import type { DeviceTrouble } from '#rpc/devices.ts'
import { troubleOf, type Note } from './device-diary.ts'
import { scanWords } from './scan-words.ts'
import { UNSEEN, type Seen, type Watch } from './watch.ts'

/** What scanners and card readers have in common. */
export type Reading<E> = {
  readonly name: string
  readonly open: (listener: (event: E) => void) => Promise<{
    readonly closed: Promise<DriverProblem | null>
    readonly close: () => Promise<void>
  }>
}

export type WatchedReading<E> = {
  readonly device: Reading<E>
  readonly seen: () => Seen
  /** true: something was read in this time. */
  readonly nextRead: (waitMs: number) => Promise<boolean>
  /** A demonstration pulls its cable, and puts it in again. */
  readonly setUnplugged: (isUnplugged: boolean) => void
}

type Words<E> = { readonly noun: string; readonly noteOf: (event: E) => Note }

export const SCANNER_WORDS: Words<ScanEvent> = { noun: 'scanner', noteOf: noteOfScan }
export const CARD_READER_WORDS: Words<CardEvent> = { noun: 'card reader', noteOf: noteOfCard }

export function watchReading<E>(
  reading: Reading<E>,
  watch: Watch,
  { noun, noteOf }: Words<E>,
): WatchedReading<E> {
  const { name } = reading
  let seen: Seen = UNSEEN
  let isUnplugged = false
  let unplug = (): void => undefined
  const waiting = new Set<(hasCome: boolean) => void>()
  const heard = (event: E): void => {
    seen = { ...seen, lastSeenAtMs: watch.nowMs() }
    watch.note(noteOf(event))
    for (const end of waiting) end(true)
  }
  const fell = (problem: DriverProblem): void => {
    const trouble = withRules(troubleOf(problem))
    // What was unplugged is tried every few seconds and told once.
    if (seen.trouble?.code !== trouble.code) watch.note({ tone: 'red', what: 'trouble', trouble })
    seen = { ...seen, state: 'unreachable', tone: 'red', trouble }
  }
  const open: Reading<E>['open'] = async (listener) => {
    if (isUnplugged) throw pulled(noun, name)
    const opened = await reading.open((event) => {
      heard(event)
      listener(event)
    })
    const { promise: cut, resolve } = Promise.withResolvers<DriverProblem>()
    unplug = () => {
      resolve(pulled(noun, name))
      void opened.close()
    }
    seen = { state: 'ready', tone: 'green', trouble: null, lastSeenAtMs: watch.nowMs() }
    watch.note({ tone: 'green', what: 'opened' })
    const closed = Promise.race([cut, opened.closed]).then((problem) => {
      if (problem !== null) fell(problem)
      else {
        seen = UNSEEN
        watch.note({ tone: 'grey', what: 'closed' })
      }
      return problem
    })
    return { closed, close: opened.close }
  }
  return {
    device: {
      name,
      open: async (listener) => {
        try {
          return await open(listener)
        } catch (error) {
          if (error instanceof DriverProblem) fell(error)
          throw error
        }
      },
    },
    seen: () => seen,
    nextRead: async (waitMs) =>
      await new Promise<boolean>((resolve) => {
        const end = (hasCome: boolean): void => {
          clearTimeout(timer)
          waiting.delete(end)
          resolve(hasCome)
        }
        const timer = setTimeout(() => end(false), waitMs)
        timer.unref()
        waiting.add(end)
      }),
    setUnplugged: (next) => {
      isUnplugged = next
      if (next) unplug()
    },
  }
}

function noteOfScan(event: ScanEvent): Note {
  if (event.kind === 'unreadable')
    return { tone: 'amber', what: 'noise', decoded: `not readable: ${event.reason}` }
  const { value, symbology } = event.scan
  const { raw, decoded } = scanWords(value)
  const kind = symbology === null ? '' : ` (${symbology})`
  return { tone: 'green', what: 'scan', raw, decoded: `${decoded}${kind}` }
}

/** Numbers of cards of staff and citizens name people: only the kind is kept. */
function noteOfCard(event: CardEvent): Note {
  switch (event.kind) {
    case 'id-card':
      return { tone: 'green', what: 'swipe', decoded: `card read, track ${event.track}` }
    case 'badge':
      return { tone: 'green', what: 'swipe', decoded: 'badge read' }
    case 'bank_card_refused':
      return { tone: 'amber', what: 'swipe', decoded: 'bank card refused' }
    case 'unreadable':
      return { tone: 'amber', what: 'noise', decoded: `not readable: ${event.reason}` }
  }
}

function pulled(noun: string, name: string): DriverProblem {
  const words = `The ${noun} ${name} was unplugged. Plug it in again; it goes on by itself.`
  return new DriverProblem('device_gone', words)
}

/** Whoever runs this computer needs the name of the file. */
function withRules(trouble: DeviceTrouble): DeviceTrouble {
  const { code, message } = trouble
  if (code !== 'device_permission' || message.includes(UDEV_RULES_FILE) || process.platform !== 'linux')
    return trouble
  return { code, message: `${message} The rules are in ${UDEV_RULES_FILE}.` }
}
