// The one contract of everything that carries bytes to a device and back. Print jobs, and whatever else talks to hardware,
// know this and never the kind of link. Implementations: network.ts, serial.ts, usb.ts, lp.ts, memory.ts, file.ts.
import type { DriverProblem } from '#drivers/problem.ts'

export type Transport = {
  /** For messages and logs: "192.0.2.7:9100". */
  readonly name: string
  /** False where the link cannot carry answers, so that nobody waits for them. Read it after open(): a link may find out then. */
  readonly canAnswer: boolean
  /**
   * @throws DriverProblem `printer_unreachable` (other devices: `device_unreachable`), `device_permission`, `device_in_use`,
   * `device_unsupported` or `file_not_writable`
   */
  readonly open: () => Promise<Connection>
}

export type Connection = {
  /**
   * Resolves when the link takes more (back-pressure); that the bytes left this computer is all it means.
   * @throws DriverProblem `printer_disconnected` or `printer_no_answer` (took no data in time); for devices that are not
   * printers `device_gone` and `device_no_answer`
   */
  readonly write: (bytes: Uint8Array) => Promise<void>
  /** Bytes from the device as they come; returns a function that stops listening. A listener must not throw. */
  readonly onData: (listener: (bytes: Uint8Array) => void) => () => void
  /** Settles once: null after close(), the problem if the other side went away first. Never rejects. */
  readonly closed: Promise<DriverProblem | null>
  /** Lets what was written go out, then closes. Safe to call twice. */
  readonly close: () => Promise<void>
}
