// Scan anything: what was read, as it came, and what the till would make of it. Looks nothing up and presses nothing. Part of
// device-check.tsx.
import { operatorCodeIn } from '#contract/badge.ts'
import { formatInr, paise } from '#contract/money.ts'
import { CallTrouble } from '#renderer/parts/call-trouble.tsx'
import { useScan } from '#renderer/parts/keys.tsx'
import { useText } from '#renderer/parts/language.tsx'
import { shownScan } from '#renderer/parts/shown-scan.ts'
import { playTone } from '#renderer/parts/sound.ts'
import { StatusMark } from '#renderer/parts/status-mark.tsx'
import { useTerminal } from '#renderer/parts/terminal.tsx'
import type { DecodedText } from '#rpc/devices.ts'
import { SCAN_CHARS_MAX } from '#rpc/device-bounds.ts'
import { useQuery } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { secondsText } from './device-words.ts'
import { hearNote, hearText, type SeenScan } from './scan-notes.ts'
import styles from './live-scan.module.css'

const AGAIN_MS = 2_000
const BADGE_SHOWN = 2

export function LiveScan() {
  const text = useText()
  const seen = useSeenScans()
  return (
    <section className={styles.card} aria-labelledby="scan-title" data-testid="live-scan">
      <h2 id="scan-title" className={styles.title}>
        {text('check.scan')}
      </h2>
      <p className={styles.hint}>{text('check.scanHint')}</p>
      <ol className={styles.list} aria-live="polite">
        {seen.length === 0 ? (
          <li>
            <StatusMark tone="wait">{text('check.scanWaiting')}</StatusMark>
          </li>
        ) : null}
        {seen.map((scan) => (
          <Seen key={scan.number} scan={scan} />
        ))}
      </ol>
    </section>
  )
}

/** Newest first. */
function useSeenScans(): readonly SeenScan[] {
  const client = useTerminal()
  const [seen, setSeen] = useState<readonly SeenScan[]>([])
  useScan((scanned) => {
    playTone('scan')
    setSeen((before) => hearText(before, scanned, Date.now()))
  })
  useEffect(() => {
    const leaving = new AbortController()
    const follow = async () => {
      let after: number | null = null
      while (!leaving.signal.aborted) {
        try {
          const { lastNumber, scans, scanners } = await client.devices.scans({ after })
          if (scanners.length === 0) return
          after = lastNumber
          setSeen((before) => scans.reduce((all, note) => hearNote(all, note, Date.now()), before))
        } catch {
          // The core is away: said by the list of devices.
          await new Promise<void>((resolve) => void window.setTimeout(resolve, AGAIN_MS))
        }
      }
    }
    void follow()
    return () => leaving.abort()
  }, [client])
  return seen
}

function Seen({ scan }: { readonly scan: SeenScan }) {
  const text = useText()
  const about = [
    secondsText(scan.atMs),
    text(`check.scanSource.${scan.source}`),
    ...(scan.symbology === null ? [] : [scan.symbology]),
  ]
  return (
    <li className={styles.scan} data-testid="seen-scan">
      <p className={styles.about}>{about.join(' · ')}</p>
      <Read scan={scan} />
    </li>
  )
}

function Read({ scan }: { readonly scan: SeenScan }) {
  const text = useText()
  if (scan.kind === 'bank_card') {
    return (
      <>
        <StatusMark tone="warn">{text('trouble.bank_card_refused')}</StatusMark>
        <p>{text('trouble.bank_card_refused.act')}</p>
      </>
    )
  }
  if (scan.text === null) {
    return (
      <>
        <StatusMark tone="warn">{text('check.scanUnreadable')}</StatusMark>
        <p>{text('check.scanUnreadable.act')}</p>
      </>
    )
  }
  // The number of a badge lets somebody in: what is shown tells two badges apart and no more.
  if (scan.kind === 'badge') {
    const said = operatorCodeIn(scan.text) ?? scan.text
    return <StatusMark tone="ok">{text('check.scanBadge', { end: said.slice(-BADGE_SHOWN) })}</StatusMark>
  }
  return (
    <>
      <p className={styles.raw} data-testid="scan-raw">
        <span className="sr-only">{text('check.raw')}: </span>
        {shownScan(scan.text, SCAN_CHARS_MAX)}
      </p>
      <Meaning scanned={scan.text} />
    </>
  )
}

function Meaning({ scanned }: { readonly scanned: string }) {
  const client = useTerminal()
  const decoded = useQuery({
    queryKey: ['decode', scanned],
    queryFn: () => client.devices.decode({ text: scanned.slice(0, SCAN_CHARS_MAX) }),
    retry: false,
    staleTime: Infinity,
    gcTime: 60_000,
  })
  if (decoded.isError) return <CallTrouble error={decoded.error} />
  return decoded.isPending ? null : <Decoded decoded={decoded.data} />
}

function fieldText(name: string, value: DecodedText['fields'][string] | undefined): string {
  const isMoney = name.endsWith('Paise') && typeof value === 'number' && Number.isSafeInteger(value)
  return isMoney ? formatInr(paise(value)) : String(value)
}

function Decoded({ decoded }: { readonly decoded: DecodedText }) {
  const text = useText()
  const fields = Object.entries(decoded.fields).filter(([, value]) => value !== null && value !== '')
  return (
    <div data-testid="scan-meaning" data-kind={decoded.kind}>
      <StatusMark tone={decoded.kind === 'unread' ? 'warn' : 'ok'}>
        {text(`check.scanKind.${decoded.kind}`)}
      </StatusMark>
      {decoded.codes.length === 0 ? null : (
        <p className={styles.codes}>{text('check.scanCodes', { codes: decoded.codes.join(', ') })}</p>
      )}
      {fields.length === 0 || decoded.kind === 'code' ? null : (
        <dl className={styles.fields}>
          {fields.map(([name, value]) => (
            <div key={name} className={styles.field}>
              <dt>{name}</dt>
              <dd>{fieldText(name, value)}</dd>
            </div>
          ))}
        </dl>
      )}
    </div>
  )
}
