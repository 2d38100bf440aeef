// The device check (S1): what is connected to this till and how it is, with a test for each device, what is plugged in and
// not used yet, and a place to try the scanner. Opened from the head of every screen, also before anybody has signed in; loaded
// when first opened.
import { Button } from '#renderer/parts/button.tsx'
import { CallTrouble } from '#renderer/parts/call-trouble.tsx'
import { useKeys } from '#renderer/parts/keys.tsx'
import { useText } from '#renderer/parts/language.tsx'
import { Panel } from '#renderer/parts/problem-panel.tsx'
import { useTapShield } from '#renderer/parts/tap-shield.ts'
import { useStatus, useTerminal } from '#renderer/parts/terminal.tsx'
import { useQuery } from '@tanstack/react-query'
import { ArrowLeft } from 'lucide-react'
import { useState } from 'react'
import { DayEndDialog } from './day-end-dialog.tsx'
import { DeviceCard } from './device-card.tsx'
import { EventsDialog } from './events-dialog.tsx'
import { FoundList } from './found-list.tsx'
import { LiveScan } from './live-scan.tsx'
import { RemoveDialog } from './remove-dialog.tsx'
import { RenameDialog } from './rename-dialog.tsx'
import { SupportFile } from './support-file.tsx'
import styles from './device-check.module.css'

const POLL_MS = 1500

export type DeviceAct = 'events' | 'rename' | 'remove' | 'endDay'
type Open = { readonly act: DeviceAct; readonly id: string }

export function DeviceCheck({ onBack }: { readonly onBack: () => void }) {
  const text = useText()
  const client = useTerminal()
  const { operator } = useStatus()
  const isSupervisor = operator?.role === 'supervisor'
  const known = useQuery({
    queryKey: ['devices'],
    queryFn: () => client.devices.list(),
    refetchInterval: POLL_MS,
    retry: false,
  })
  const [open, setOpen] = useState<Open | null>(null)
  useKeys({ Escape: onBack })
  useTapShield('devices')
  const devices = known.data?.devices ?? []
  const chosen = devices.find(({ id }) => id === open?.id) ?? null
  const close = () => {
    setOpen(null)
    void known.refetch()
  }
  return (
    <div className={styles.screen} data-testid="device-check">
      <div className={styles.head}>
        <h1 className={styles.title}>{text('check.title')}</h1>
        <SupportFile />
        <Button icon={ArrowLeft} chord="Escape" onPress={onBack} testId="devices-back">
          {text('act.back')}
        </Button>
      </div>
      {known.isError ? <CallTrouble error={known.error} /> : null}
      <div className={styles.columns}>
        <section aria-label={text('check.list')} className={styles.column}>
          {known.isPending ? <p className={styles.quiet}>{text('check.asking')}</p> : null}
          {known.isSuccess && devices.length === 0 ? (
            <Panel tone="info" title={text('check.none')}>
              <p>{text('check.noneHint')}</p>
            </Panel>
          ) : null}
          <ul className={styles.list}>
            {devices.map((device) => (
              <DeviceCard
                key={device.id}
                device={device}
                isSupervisor={isSupervisor}
                isSignedIn={operator !== null}
                onAct={(act) => setOpen({ act, id: device.id })}
                onTested={() => void known.refetch()}
              />
            ))}
          </ul>
          {isSupervisor ? null : <p className={styles.quiet}>{text('check.signIn')}</p>}
        </section>
        <div className={styles.column}>
          <LiveScan />
          <FoundList isSupervisor={isSupervisor} onUsed={() => void known.refetch()} />
        </div>
      </div>
      {open?.act === 'events' && chosen !== null ? <EventsDialog device={chosen} onClose={close} /> : null}
      {open?.act === 'rename' && chosen !== null ? <RenameDialog device={chosen} onClose={close} /> : null}
      {open?.act === 'endDay' && chosen !== null ? <DayEndDialog device={chosen} onClose={close} /> : null}
      {open?.act === 'remove' && chosen !== null ? <RemoveDialog device={chosen} onClose={close} /> : null}
    </div>
  )
}
