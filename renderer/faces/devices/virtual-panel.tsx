// The virtual devices of a demonstration, beside the counter: what the printer printed, what goes wrong, what the scanner and
// the card reader read, and how the next card ends. Takes neither focus nor scans nor keys from the counter; only a field that
// somebody clicks into is typed in. Opened by virtual-open.tsx.
import { CallTrouble } from '#renderer/parts/call-trouble.tsx'
import { classNames } from '#renderer/parts/class-names.ts'
import { useText } from '#renderer/parts/language.tsx'
import { useTerminal } from '#renderer/parts/terminal.tsx'
import { useQuery } from '@tanstack/react-query'
import { ArrowLeftRight, X } from 'lucide-react'
import { useState } from 'react'
import { VirtualDeviceCard } from './virtual-device.tsx'
import styles from './virtual-panel.module.css'

const POLL_MS = 800

export function VirtualPanel({ onClose }: { readonly onClose: () => void }) {
  const text = useText()
  const client = useTerminal()
  const known = useQuery({
    queryKey: ['virtual'],
    queryFn: () => client.virtual.list(),
    refetchInterval: POLL_MS,
    retry: false,
  })
  const [isLeft, setLeft] = useState(false)
  const devices = known.data?.devices ?? []
  return (
    <aside
      aria-label={text('virtual.title')}
      className={classNames(styles.panel, isLeft && styles.left)}
      // Keys and focus stay with the counter behind it.
      data-apart
      ref={keepFocus}
      data-testid="virtual-panel"
    >
      <div className={styles.head}>
        <p className={styles.title}>{text('virtual.title')}</p>
        <button type="button" className={styles.button} onClick={() => setLeft(!isLeft)}>
          <ArrowLeftRight aria-hidden size={18} />
          {text('virtual.side')}
        </button>
        <button type="button" className={styles.button} onClick={onClose} data-testid="virtual-close">
          <X aria-hidden size={18} />
          {text('act.close')}
        </button>
      </div>
      <p className={styles.hint}>{text('virtual.hint')}</p>
      {known.isError ? <CallTrouble error={known.error} /> : null}
      {known.isSuccess && devices.length === 0 ? <p>{text('virtual.none')}</p> : null}
      {devices.map((device) => (
        <VirtualDeviceCard key={device.id} device={device} onChanged={() => void known.refetch()} />
      ))}
    </aside>
  )
}

function keepFocus(panel: HTMLElement | null): (() => void) | undefined {
  const onMouseDown = (event: MouseEvent) => {
    const isField = event.target instanceof HTMLElement && event.target.matches('textarea, select')
    if (!isField) event.preventDefault()
  }
  panel?.addEventListener('mousedown', onMouseDown)
  return () => panel?.removeEventListener('mousedown', onMouseDown)
}
