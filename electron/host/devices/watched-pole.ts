// The pole display under watch: keeps how it is and what it showed. Nothing that it shows says who pays. Made by start-devices.ts, handed to
// the customer desk in place of the display itself.
import { parsePoleAddress } from '#drivers/display/open-display.ts'
import { poleDisplayOver, type PoleDisplay, type PoleState } from '#drivers/display/pole-display.ts'
import { linkProblem } from '#drivers/transport/link-problem.ts'
import type { Transport } from '#drivers/transport/transport.ts'
import { troubleOf } from './device-diary.ts'
import { UNSEEN, type Seen, type Watch } from './watch.ts'

export type VirtualPoleHandle = {
  readonly lines: () => readonly [string, string]
  readonly isUnplugged: () => boolean
  readonly setUnplugged: (isUnplugged: boolean) => void
}

export type WatchedPole = {
  readonly display: PoleDisplay
  readonly seen: () => Seen
  readonly virtual: VirtualPoleHandle | null
}

/** @throws DriverProblem `device_address_invalid`; a display that is not plugged in is waited for. */
export function watchPole(address: string, { note, nowMs }: Watch): WatchedPole {
  const { transport, family, brightness, virtual } = parsePoleAddress(address)
  const plug = pluggable(transport)
  let seen: Seen = UNSEEN
  const onState = ({ isUp, problem }: PoleState): void => {
    if (isUp) {
      seen = { state: 'ready', tone: 'green', trouble: null, lastSeenAtMs: nowMs() }
      note({ tone: 'green', what: 'opened' })
      return
    }
    const trouble = problem === null ? null : troubleOf(problem)
    seen = { ...seen, state: 'unreachable', tone: 'red', trouble }
    note({ tone: 'red', what: 'trouble', trouble })
  }
  const display = poleDisplayOver(plug.transport, { family, brightness, nowMs, onState })
  return {
    display: {
      ...display,
      show: (lines) => {
        display.show(lines)
        note({ tone: 'green', what: 'shown', raw: `${lines.upper.padEnd(20)} | ${lines.lower}` })
      },
    },
    seen: () => seen,
    virtual: virtual === null ? null : { ...plug.handle, lines: virtual.lines },
  }
}

/** A demonstration pulls its cable, and puts it in again. */
function pluggable(transport: Transport): {
  readonly transport: Transport
  readonly handle: Omit<VirtualPoleHandle, 'lines'>
} {
  let isUnplugged = false
  let pull = (): void => undefined
  const open: Transport['open'] = async () => {
    if (isUnplugged) throw linkProblem('absent', { name: transport.name, kind: 'memory', noun: 'display' })
    const connection = await transport.open()
    pull = () => void connection.close()
    return connection
  }
  return {
    transport: { ...transport, open },
    handle: {
      isUnplugged: () => isUnplugged,
      setUnplugged: (next) => {
        isUnplugged = next
        if (next) pull()
      },
    },
  }
}
