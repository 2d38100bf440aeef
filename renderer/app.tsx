// Decides what the counter shows: waiting for the core, waiting for the office, stopped, signing in, opening a shift, or the counter itself.
// Mounted by main.tsx.
import { Button } from '#renderer/parts/button.tsx'
import { useText } from '#renderer/parts/language.tsx'
import { problemOf } from '#renderer/parts/problem-of.ts'
import { Panel, ProblemDetails } from '#renderer/parts/problem-panel.tsx'
import { StatusContext, useStatusQuery } from '#renderer/parts/terminal.tsx'
import type { TerminalStatus } from '#rpc/procedures.ts'
import { RefreshCw } from 'lucide-react'
import { lazy, Suspense, useEffect, useReducer, useRef, useState } from 'react'
import styles from './app.module.css'
import type { Connection, CoreState } from './connect.ts'
import { counterReducer, START } from './faces/counter/counter-state.ts'
import { Counter } from './faces/counter/counter.tsx'
import { OpenShift } from './faces/counter/open-shift.tsx'
import { SignIn } from './faces/counter/sign-in.tsx'
import { Stopped } from './faces/counter/stopped.tsx'
import { BrandRow, DevicesButton, ReadinessButton } from './faces/counter/top-bar.tsx'
import { WaitingApproval } from './faces/counter/waiting-approval.tsx'
import { VirtualDevices } from './faces/devices/virtual-open.tsx'
import { SupervisorDesk } from './faces/supervisor/supervisor-desk.tsx'

const Readiness = lazy(async () => ({ default: (await import('./faces/counter/readiness.tsx')).Readiness }))
const DeviceCheck = lazy(async () => ({
  default: (await import('./faces/devices/device-check.tsx')).DeviceCheck,
}))

type AppProps = { readonly onCoreState: Connection['onCoreState'] }

export function App({ onCoreState }: AppProps) {
  const status = useStatusQuery()
  const [core, setCore] = useState<CoreState>('running')
  useEffect(() => onCoreState(setCore), [onCoreState])
  if (status.data === undefined) {
    return <Waiting error={status.error} onTry={() => void status.refetch()} />
  }
  return (
    <StatusContext value={status.data}>
      {status.error === null && core === 'running' ? null : <CoreAway isStopped={core === 'stopped'} />}
      <VirtualDevices>
        <Face status={status.data} />
      </VirtualDevices>
    </StatusContext>
  )
}

function Face({ status }: { readonly status: TerminalStatus }) {
  // Held here, so that bills survive a locked till; another cashier starts with an empty counter.
  const [state, dispatch] = useReducer(counterReducer, START)
  const lastOperator = useRef<string | null>(null)
  const operatorId = status.operator?.id ?? null
  useEffect(() => {
    if (operatorId === null) return
    if (lastOperator.current !== null && lastOperator.current !== operatorId) dispatch({ do: 'nextCustomer' })
    lastOperator.current = operatorId
  }, [operatorId])
  const { enrolment } = status
  if (enrolment.state === 'waiting' && enrolment.digits !== null)
    return <Framed content={<WaitingApproval digits={enrolment.digits} />} />
  if (status.stopped !== null) return <Framed content={<Stopped problem={status.stopped} />} />
  if (status.operator === null) return <Framed content={<SignIn />} />
  // The Z report is shown until it was seen, though its shift has ended.
  if (status.shift === null && state.screen.at !== 'closed') {
    return status.operator.role === 'supervisor' ? <SupervisorDesk /> : <Framed content={<OpenShift />} />
  }
  return <Counter state={state} dispatch={dispatch} />
}

function Framed({ content }: { readonly content: React.ReactNode }) {
  const [over, setOver] = useState<'readiness' | 'devices' | null>(null)
  const toggle = (screen: 'readiness' | 'devices') => setOver(over === screen ? null : screen)
  const close = () => setOver(null)
  return (
    <div className={styles.frame}>
      <header>
        <BrandRow>
          <ReadinessButton isHere={over === 'readiness'} onPress={() => toggle('readiness')} />
          <DevicesButton isHere={over === 'devices'} onPress={() => toggle('devices')} />
        </BrandRow>
      </header>
      <Suspense fallback={null}>
        {over === 'readiness' ? <Readiness onBack={close} /> : null}
        {over === 'devices' ? <DeviceCheck onBack={close} /> : null}
      </Suspense>
      {over === null ? content : null}
    </div>
  )
}

/** The screen lost its core while running: what is on it stays, and it goes on by itself when the core is back. */
function CoreAway({ isStopped }: { readonly isStopped: boolean }) {
  const text = useText()
  return (
    <div className={styles.away}>
      <Panel tone="warn" title={text(isStopped ? 'core.stopped' : 'core.away')} isAlert testId="core-away">
        <p>{text(isStopped ? 'core.stoppedTodo' : 'core.awayTodo')}</p>
      </Panel>
    </div>
  )
}

type WaitingProps = { readonly error: Error | null; readonly onTry: () => void }

function Waiting({ error, onTry }: WaitingProps) {
  const text = useText()
  const problem = problemOf(error)
  return (
    <main className={styles.waiting}>
      {error === null ? (
        <p className={styles.starting}>{text('core.starting')}</p>
      ) : (
        <Panel
          tone="warn"
          title={problem === null ? text('core.none') : text('core.refused')}
          isAlert
          actions={
            <Button kind="deep" icon={RefreshCw} onPress={onTry}>
              {text('act.tryAgain')}
            </Button>
          }
        >
          {problem === null ? <p>{text('core.noneTodo')}</p> : <ProblemDetails problem={problem} />}
        </Panel>
      )}
    </main>
  )
}
