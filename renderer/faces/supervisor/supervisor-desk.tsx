// A supervisor may decide without a shift: before one is open this offers both, the drawer and what waits. Shown by app.tsx.
import { Button } from '#renderer/parts/button.tsx'
import { useKeys } from '#renderer/parts/keys.tsx'
import { useText } from '#renderer/parts/language.tsx'
import { useTapShield } from '#renderer/parts/tap-shield.ts'
import { useRefreshStatus, useTerminal } from '#renderer/parts/terminal.tsx'
import { OpenShift } from '#renderer/faces/counter/open-shift.tsx'
import { BrandRow, DevicesButton } from '#renderer/faces/counter/top-bar.tsx'
import { Strips } from '#renderer/faces/counter/strips.tsx'
import { useIdle } from '#renderer/faces/counter/use-idle.ts'
import { Lock, Scale } from 'lucide-react'
import { lazy, Suspense, useState } from 'react'
import styles from './supervisor-desk.module.css'

const Exceptions = lazy(async () => ({ default: (await import('./exceptions.tsx')).Exceptions }))

const DeviceCheck = lazy(async () => ({
  default: (await import('#renderer/faces/devices/device-check.tsx')).DeviceCheck,
}))

/** As long as the counter waits before it locks. */
const IDLE_LOCK_MS = 5 * 60_000

export function SupervisorDesk() {
  const text = useText()
  const client = useTerminal()
  const refresh = useRefreshStatus()
  const [isDeciding, setDeciding] = useState(false)
  const [isDevices, setDevices] = useState(false)
  const lock = () => void client.session.signOut().finally(() => void refresh())
  useIdle(IDLE_LOCK_MS, lock)
  useTapShield(isDevices ? 'devices' : isDeciding ? 'exceptions' : 'open-shift')
  useKeys({ 'Alt+KeyS': () => (isDevices ? undefined : setDeciding(true)), 'Alt+KeyL': lock })
  return (
    <div className={styles.frame}>
      <header>
        <BrandRow>
          <DevicesButton isHere={isDevices} onPress={() => setDevices(!isDevices)} />
        </BrandRow>
        <div className={styles.row}>
          {isDeciding || isDevices ? null : (
            <Button
              kind="deep"
              icon={Scale}
              chord="Alt+KeyS"
              onPress={() => setDeciding(true)}
              testId="to-decide"
            >
              {text('nav.exceptions')}
            </Button>
          )}
          <Button kind="quiet" icon={Lock} chord="Alt+KeyL" onPress={lock}>
            {text('act.lock')}
          </Button>
        </div>
      </header>
      {isDevices ? (
        <Suspense fallback={null}>
          <DeviceCheck onBack={() => setDevices(false)} />
        </Suspense>
      ) : isDeciding ? (
        <>
          <Strips />
          <main className={styles.main}>
            <Suspense fallback={null}>
              <Exceptions onBack={() => setDeciding(false)} backWord="exceptions.backToShift" />
            </Suspense>
          </main>
        </>
      ) : (
        <OpenShift />
      )}
    </div>
  )
}
