// A scanner under watch: hands every scan on, and keeps how the scanner is and what it read, masked. Made by device-book.ts, handed to the
// scan desk in place of the scanner itself.
import { DriverProblem } from '#drivers/problem.ts'
import type { Scanner, ScanEvent } from '#drivers/scanner/scan.ts'
import { UDEV_RULES_FILE } from '#drivers/transport/link-problem.ts'
import type { DeviceTrouble } from '#rpc/devices.ts'
import { troubleOf } from './device-diary.ts'
import { scanWords } from './scan-words.ts'
import { UNSEEN, type Seen, type Watch } from './watch.ts'

export type WatchedScanner = {
  readonly scanner: Scanner
  readonly seen: () => Seen
  /** true: something was read in this time. */
  readonly nextScan: (waitMs: number) => Promise<boolean>
  /** A demonstration pulls its cable, and puts it in again. */
  readonly setUnplugged: (isUnplugged: boolean) => void
}

export function watchScanner(scanner: Scanner, watch: Watch): WatchedScanner {
  let seen: Seen = UNSEEN
  let isUnplugged = false
  let unplug = (): void => undefined
  const waiting = new Set<(hasCome: boolean) => void>()
  const heard = (event: ScanEvent): void => {
    seen = { ...seen, lastSeenAtMs: watch.nowMs() }
    if (event.kind === 'unreadable') {
      watch.note({ tone: 'amber', what: 'noise', decoded: `not readable: ${event.reason}` })
    } else {
      const { raw, decoded } = scanWords(event.scan.value)
      const { symbology } = event.scan
      watch.note({
        tone: 'green',
        what: 'scan',
        raw,
        decoded: symbology === null ? decoded : `${decoded} (${symbology})`,
      })
    }
    for (const end of waiting) end(true)
  }
  const fell = (problem: DriverProblem): void => {
    const trouble = withRules(troubleOf(problem))
    // An unplugged scanner is tried every few seconds and told once.
    if (seen.trouble?.code !== trouble.code) watch.note({ tone: 'red', what: 'trouble', trouble })
    seen = { ...seen, state: 'unreachable', tone: 'red', trouble }
  }
  const open: Scanner['open'] = async (listener) => {
    if (isUnplugged) throw pulled(scanner.name)
    const opened = await scanner.open((event) => {
      heard(event)
      listener(event)
    })
    const { promise: cut, resolve } = Promise.withResolvers<DriverProblem>()
    unplug = () => {
      resolve(pulled(scanner.name))
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
    scanner: {
      name: scanner.name,
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
    nextScan: async (waitMs) =>
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

function pulled(name: string): DriverProblem {
  return new DriverProblem(
    'device_gone',
    `The scanner ${name} was unplugged. Plug it in again; it goes on by itself.`,
  )
}

/** Whoever runs this computer needs the name of the file. */
export function withRules(trouble: DeviceTrouble): DeviceTrouble {
  const { code, message } = trouble
  if (code !== 'device_permission' || message.includes(UDEV_RULES_FILE) || process.platform !== 'linux')
    return trouble
  return { code, message: `${message} The rules are in ${UDEV_RULES_FILE}.` }
}
