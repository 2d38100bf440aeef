// A USB printer through the kernel's own driver: /dev/usb/lp0 on Linux, read and written as a file. Called by
// printer-address.ts. Needs no claim on the USB device, so the system's print queue can stay installed beside the till.
import { constants, readFileSync } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { basename } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import type { DriverProblem } from '#drivers/problem.ts'
import { linkProblem, type LinkTerms, type LinkTrouble } from './link-problem.ts'
import { createLink, type Link, WRITE_TIMEOUT_MS } from './link.ts'
import { watchPresence } from './presence.ts'
import type { Connection, Transport } from './transport.ts'

const PIECE_BYTES_MAX = 8_192
const READ_BYTES_MAX = 512
/** The kernel's driver cannot be waited on from here without holding a thread: it is asked again and again. */
const READ_POLL_MS = 20
const WRITE_POLL_MS = 5
/** One after another, before a printer that fails to answer is taken for gone. */
const READ_ERRORS_MAX = 5

export type LpOptions = {
  readonly noun?: string
  readonly writeTimeoutMs?: number
  /** Where the kernel tells about its devices; another place in tests. */
  readonly sysRoot?: string
}

type Opened = { readonly file: FileHandle; readonly canRead: boolean }

export function lpTransport(path: string, options: LpOptions = {}): Transport {
  const terms: LinkTerms = { name: path, kind: 'lp', noun: options.noun ?? 'printer' }
  let isOneWay = false
  return {
    name: path,
    get canAnswer() {
      return !isOneWay && !isUnidirectional(path, options.sysRoot ?? '/sys')
    },
    open: async () => {
      const opened = await openLp(path, terms)
      isOneWay = !opened.canRead
      return connectionOver(opened, terms, {
        writeTimeoutMs: options.writeTimeoutMs ?? WRITE_TIMEOUT_MS,
        onOneWay: () => (isOneWay = true),
      })
    },
  }
}

async function openLp(path: string, terms: LinkTerms): Promise<Opened> {
  // Without O_NOCTTY a serial printer's file could make its signals ours; NONBLOCK keeps a silent printer from holding threads.
  const common = constants.O_NONBLOCK | constants.O_NOCTTY
  try {
    return { file: await open(path, constants.O_RDWR | common), canRead: true }
  } catch (cause) {
    const code = codeOf(cause)
    if (code !== 'EACCES' && code !== 'EPERM' && code !== 'EROFS' && code !== 'EINVAL') {
      throw linkProblem(whyNotOpened(code), terms, cause)
    }
  }
  try {
    return { file: await open(path, constants.O_WRONLY | common), canRead: false }
  } catch (cause) {
    throw linkProblem(whyNotOpened(codeOf(cause)), terms, cause)
  }
}

function whyNotOpened(code: string | undefined): LinkTrouble {
  if (code === 'EACCES' || code === 'EPERM') return 'permission'
  if (code === 'EBUSY') return 'in-use'
  if (code === 'ENOENT' || code === 'ENODEV' || code === 'ENXIO' || code === 'EIO') return 'absent'
  return 'unsupported'
}

function connectionOver(
  { file, canRead }: Opened,
  terms: LinkTerms,
  { writeTimeoutMs, onOneWay }: { writeTimeoutMs: number; onOneWay: () => void },
): Connection {
  const gone = (error: unknown): DriverProblem => linkProblem('gone', terms, error)
  let isGivenUp = false
  let stopWatching = (): void => undefined
  const link: Link = createLink(
    {
      send: async (piece) => {
        isGivenUp = false
        let from = 0
        while (from < piece.length) {
          if (link.isEnded() || isGivenUp) return
          const taken = await writeSome(file, piece.subarray(from))
          from += taken
          if (taken === 0) await wait(WRITE_POLL_MS)
        }
        // The kernel takes a piece before the printer does, and throws away on closing what the printer did not take.
        while (!(await isTaken(file))) {
          if (link.isEnded() || isGivenUp) return
          await wait(WRITE_POLL_MS)
        }
      },
      discard: async () => {
        isGivenUp = true
      },
      release: async () => {
        stopWatching()
        await file.close()
      },
      troubleOf: gone,
    },
    terms,
    { pieceBytesMax: PIECE_BYTES_MAX, pauseMs: 0, writeTimeoutMs },
  )
  stopWatching = watchPresence(terms.name, () => link.lost(gone(new Error('the device file is gone'))))
  if (canRead) readAll(file, link, onOneWay).catch((error: unknown) => link.lost(gone(error)))
  return link.connection
}

/** A write of nothing is refused as long as the last one is under way. */
async function isTaken(file: FileHandle): Promise<boolean> {
  try {
    // Not write(): Node answers that itself when there is nothing to write.
    await file.writev([new Uint8Array(0)])
    return true
  } catch (error) {
    if (isPatience(codeOf(error))) return false
    throw error
  }
}

/** 0 when the printer takes nothing now; out of paper (ENOSPC) is a reason to wait too, until the time is up. */
async function writeSome(file: FileHandle, bytes: Uint8Array): Promise<number> {
  try {
    return (await file.write(bytes)).bytesWritten
  } catch (error) {
    if (isPatience(codeOf(error))) return 0
    throw error
  }
}

function isPatience(code: string | undefined): boolean {
  return code === 'EAGAIN' || code === 'EINTR' || code === 'ENOSPC'
}

async function readAll(file: FileHandle, link: Link, onOneWay: () => void): Promise<void> {
  const buffer = Buffer.alloc(READ_BYTES_MAX)
  let errors = 0
  while (!link.isEnded()) {
    let bytesRead = 0
    try {
      ;({ bytesRead } = await file.read(buffer, 0, buffer.length, null))
      errors = 0
    } catch (error) {
      const code = codeOf(error)
      if (link.isEnded() || code === 'EBADF') return
      // The printer has no way back; that does not keep it from printing.
      if (code === 'EINVAL' || code === 'EOPNOTSUPP') return onOneWay()
      // A transfer that failed: usblp says it once and reads on.
      errors = code === 'EIO' ? errors + 1 : 0
      if ((code !== 'EIO' && !isPatience(code)) || errors > READ_ERRORS_MAX) throw error
    }
    if (bytesRead > 0) link.deliver(Uint8Array.from(buffer.subarray(0, bytesRead)))
    else await wait(READ_POLL_MS)
  }
}

/** Protocol 1 of the USB printer class is the one without a way back. */
function isUnidirectional(path: string, sysRoot: string): boolean {
  try {
    return (
      readFileSync(`${sysRoot}/class/usbmisc/${basename(path)}/device/bInterfaceProtocol`, 'utf8').trim() ===
      '01'
    )
  } catch {
    return false
  }
}

function codeOf(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException).code
}
