// Whole ZVT messages over a serial line: frames, acknowledgements, repeats and the line's timers. Called by zvt-terminal.ts.
// A frame is repeated only when the other side says NAK: silence after a frame leaves open whether it arrived, and the dialogue
// must then find out (a payment command must never go out twice).
import type { Connection } from '#drivers/transport/transport.ts'
import { encodeApdu, takeApdu } from './apdu.ts'
import type { ApduLink } from './apdu-link.ts'
import { createInbox, linkGone } from './apdu-link.ts'
import { createFrameReader, encodeFrame } from './serial-frame.ts'

export type SerialTimes = {
  /** T1: longest pause between two bytes of a frame. */
  readonly characterMs: number
  /** T3: longest wait for an acknowledgement. */
  readonly acknowledgeMs: number
}

/** How often a frame is sent at most. */
export const FRAME_SENDS_MAX = 3
/** How many spoiled frames in a row are asked for again before the line counts as broken. */
const BAD_FRAMES_MAX = 10
const ACK = Uint8Array.of(0x06)
const NAK = Uint8Array.of(0x15)

export function serialLink(connection: Connection, name: string, times: SerialTimes): ApduLink {
  const inbox = createInbox(name)
  const reader = createFrameReader()
  let badFrames = 0
  let characterTimer: ReturnType<typeof setTimeout> | undefined
  let onAcknowledge: ((isGood: boolean) => void) | null = null
  let sending: Promise<unknown> = Promise.resolve()

  const reply = (bytes: Uint8Array): void => {
    connection.write(bytes).catch((error: unknown) => inbox.fail(linkGone(name, 'takes no more data', error)))
  }
  const refuse = (): void => {
    badFrames += 1
    if (badFrames > BAD_FRAMES_MAX) inbox.fail(linkGone(name, 'cannot be understood: the line is disturbed'))
    else reply(NAK.slice())
  }
  const accept = (message: Uint8Array): void => {
    const taken = takeApdu(message)
    if (taken.kind === 'incomplete' || taken.sizeBytes !== message.length) return refuse()
    badFrames = 0
    message.fill(0)
    reply(ACK.slice())
    inbox.put(taken.apdu)
  }
  const stop = connection.onData((bytes) => {
    clearTimeout(characterTimer)
    for (const event of reader.push(bytes)) {
      if (event.kind === 'frame') accept(event.message)
      else if (event.kind === 'bad_frame') refuse()
      else onAcknowledge?.(event.kind === 'ack')
    }
    if (!reader.isInFrame()) return
    characterTimer = setTimeout(() => {
      reader.reset()
      refuse()
    }, times.characterMs)
  })
  void connection.closed.then((problem) => inbox.fail(linkGone(name, 'closed the line', problem)))

  const sendOnce = async (frame: Uint8Array): Promise<'ack' | 'nak' | 'silence'> => {
    const { promise, resolve } = Promise.withResolvers<'ack' | 'nak' | 'silence'>()
    const timer = setTimeout(() => resolve('silence'), times.acknowledgeMs)
    onAcknowledge = (isGood) => resolve(isGood ? 'ack' : 'nak')
    try {
      await connection.write(frame)
      return await promise
    } catch (error) {
      throw linkGone(name, 'takes no more data', error)
    } finally {
      clearTimeout(timer)
      onAcknowledge = null
    }
  }
  const send = async (command: number, data?: Uint8Array): Promise<void> => {
    const frame = encodeFrame(encodeApdu(command, data))
    for (let sends = 1; sends <= FRAME_SENDS_MAX; sends += 1) {
      const failure = inbox.hasFailed()
      if (failure !== null) throw failure
      const answer = await sendOnce(frame)
      if (answer === 'ack') return
      if (answer === 'silence') throw linkGone(name, 'does not acknowledge what the till sends')
    }
    throw linkGone(name, 'does not understand what the till sends')
  }
  return {
    next: inbox.next,
    send: async (command, data) => {
      const turn = sending.then(
        async () => await send(command, data),
        async () => await send(command, data),
      )
      sending = turn
      await turn
    },
    close: async () => {
      stop()
      clearTimeout(characterTimer)
      reader.reset()
      await connection.close()
    },
  }
}
