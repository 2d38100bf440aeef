// Brings the scans of the till's own scanners (HID, serial) to whoever takes the scans of a keyboard scanner, so that screens
// know one kind. Started once by main.tsx.
import type { TerminalClient } from '#rpc/procedures.ts'

const AGAIN_MS = 2_000

type Ports = {
  readonly client: Pick<TerminalClient, 'devices'>
  readonly deliver: (text: string) => void
  /** A code or a card that was seen and could not be read, or may not be. */
  readonly deliverUnread: (reason: string) => void
  readonly pause?: (ms: number) => Promise<void>
}

type PrefixPorts = Pick<Ports, 'client' | 'pause'> & { readonly setPrefix: (prefix: string) => void }

/** Ends by itself on a till without such scanners. Scans made before the first call are not delivered. */
export async function followDeviceScans({
  client,
  deliver,
  deliverUnread,
  pause = sleep,
}: Ports): Promise<void> {
  let after: number | null = null
  for (;;) {
    try {
      const { lastNumber, scans, scanners } = await client.devices.scans({ after })
      if (scanners.length === 0) return
      after = lastNumber
      for (const note of scans) {
        if (note.value === null) deliverUnread(note.reason ?? 'garbage')
        else deliver(note.value)
      }
    } catch {
      // The core is away: said by the status; a scan made meanwhile comes when it is back.
      await pause(AGAIN_MS)
    }
  }
}

/** Learns what this till's keyboard scanners type before each code; until then it is the usual sign. */
export async function learnScanPrefix({ client, setPrefix, pause = sleep }: PrefixPorts): Promise<void> {
  for (;;) {
    try {
      setPrefix((await client.devices.keyboard()).prefix)
      return
    } catch {
      await pause(AGAIN_MS)
    }
  }
}

async function sleep(ms: number): Promise<void> {
  await new Promise<void>((resolve) => {
    setTimeout(resolve, ms)
  })
}
