// The latest events of a device, newest first, as words and as they came over the line, to be read out or copied. Opened from
// device-check.tsx.
import { Button } from '#renderer/parts/button.tsx'
import { CallTrouble } from '#renderer/parts/call-trouble.tsx'
import { Dialog } from '#renderer/parts/dialog.tsx'
import { useText } from '#renderer/parts/language.tsx'
import { StatusMark } from '#renderer/parts/status-mark.tsx'
import { useTerminal } from '#renderer/parts/terminal.tsx'
import type { Text } from '#renderer/text/catalog.ts'
import { DEVICE_STATES } from '#rpc/device-bounds.ts'
import type { Device, DeviceEvent } from '#rpc/devices.ts'
import { useQuery } from '@tanstack/react-query'
import { Copy } from 'lucide-react'
import { useState } from 'react'
import { deviceName, DEVICE_TONES, secondsText, troubleWords } from './device-words.ts'
import styles from './events-dialog.module.css'

const POLL_MS = 1000

type EventsDialogProps = { readonly device: Device; readonly onClose: () => void }

export function EventsDialog({ device, onClose }: EventsDialogProps) {
  const text = useText()
  const client = useTerminal()
  const heard = useQuery({
    queryKey: ['device-events', device.id],
    queryFn: () => client.devices.events({ id: device.id }),
    refetchInterval: POLL_MS,
    retry: false,
    gcTime: 0,
  })
  const [copied, setCopied] = useState<'no' | 'yes' | 'failed'>('no')
  const events = heard.data?.events ?? []
  const copy = () => {
    const lines = events.map((event) => lineOf(event, text))
    navigator.clipboard
      .writeText(lines.join('\n'))
      .then(() => setCopied('yes'))
      .catch(() => setCopied('failed'))
  }
  return (
    <Dialog title={text('check.eventsOf', { name: deviceName(device, text) })} onClose={onClose} size="wide">
      <div className={styles.head}>
        <p>
          {heard.isSuccess && events.length === 0
            ? text('check.noEvent')
            : text('check.eventsHint', { count: events.length })}
        </p>
        {copied === 'no' ? null : (
          <StatusMark tone={copied === 'yes' ? 'ok' : 'warn'}>
            {text(copied === 'yes' ? 'check.copied' : 'check.copyFailed')}
          </StatusMark>
        )}
        <Button icon={Copy} isDisabled={events.length === 0} onPress={copy} testId="events-copy">
          {text('check.copy')}
        </Button>
      </div>
      {heard.isError ? <CallTrouble error={heard.error} /> : null}
      <ol className={styles.events}>
        {events.map((event) => (
          <Event key={event.number} event={event} />
        ))}
      </ol>
    </Dialog>
  )
}

function Event({ event }: { readonly event: DeviceEvent }) {
  const text = useText()
  const trouble = event.trouble === null ? null : troubleWords(event.trouble, text)
  const decoded = decodedWords(event, text)
  return (
    <li className={styles.event} data-testid="device-event" data-what={event.what}>
      <time className={styles.time}>{secondsText(event.atMs)}</time>
      <StatusMark tone={DEVICE_TONES[event.tone]} className={styles.what}>
        {text(`check.event.${event.what}`)}
      </StatusMark>
      <div className={styles.words}>
        {trouble === null ? null : <p>{trouble.what}</p>}
        {decoded === null ? null : (
          <p>
            <span className="sr-only">{text('check.decoded')}: </span>
            {decoded}
          </p>
        )}
        {event.raw === null ? null : (
          <p className={styles.raw}>
            <span className="sr-only">{text('check.raw')}: </span>
            {event.raw}
          </p>
        )}
      </div>
    </li>
  )
}

/** A state or an event is said in words; what only repeats the event is left out. */
function decodedWords({ decoded, what }: DeviceEvent, text: Text): string | null {
  if (decoded === null || decoded === what) return null
  const state = DEVICE_STATES.find((each) => each === decoded)
  if (state !== undefined) return text(`check.state.${state}`)
  return decoded === 'printed' || decoded === 'shown' ? text(`check.event.${decoded}`) : decoded
}

/** As it is copied: one line, time first. */
function lineOf(event: DeviceEvent, text: Text): string {
  const { trouble, decoded, raw } = event
  const parts = [
    new Date(event.atMs).toISOString(),
    text(`check.event.${event.what}`),
    ...(trouble === null ? [] : [`${trouble.code}: ${trouble.message}`]),
    ...(decoded === null ? [] : [decoded]),
    ...(raw === null ? [] : [raw]),
  ]
  return parts.join('\t')
}
