// The counter face of a signed-in cashier with an open shift: one screen at a time, one reducer, keys and scans that
// work on all of them. Shown by app.tsx.
import type { PaymentMode } from '#contract/bill.ts'
import type { Problem } from '#contract/problem.ts'
import type { Collection } from '#rpc/procedures.ts'
import { useKeys, useScan, useUnreadScan } from '#renderer/parts/keys.tsx'
import { playTone } from '#renderer/parts/sound.ts'
import { useSlip } from '#renderer/faces/drawer/use-slip.ts'
import { useTapShield } from '#renderer/parts/tap-shield.ts'
import { useRefreshStatus, useStatus, useTerminal } from '#renderer/parts/terminal.tsx'
import { lazy, Suspense, useMemo, useState, type Dispatch } from 'react'
import { BillChoice } from './bill-choice.tsx'
import { cartTotal, serviceAgainst } from './cart.ts'
import { isMoneyMoving, type CounterAction, type CounterState } from './counter-state.ts'
import { Done } from './done.tsx'
import { Home } from './home.tsx'
import { KeyHelp } from './key-help.tsx'
import { paperModeOf } from './instrument-form.ts'
import { Parked } from './parked.tsx'
import { PayerDialog } from './payer-dialog.tsx'
import { payerOf } from './payer-choice.ts'
import { Strips } from './strips.tsx'
import { Tender } from './tender.tsx'
import { TopBar } from './top-bar.tsx'
import { useCustomer } from './use-customer.ts'
import { useFind } from './use-find.ts'
import { useIdle } from './use-idle.ts'
import { useReprint } from './use-reprint.ts'
import { useTake } from './use-take.ts'
import styles from './counter.module.css'

const Receipts = lazy(async () => ({ default: (await import('./receipts.tsx')).Receipts }))
const Queue = lazy(async () => ({ default: (await import('./queue.tsx')).Queue }))
const OpenCards = lazy(async () => ({
  default: (await import('#renderer/faces/card/open-cards.tsx')).OpenCards,
}))
const ShiftDesk = lazy(async () => ({
  default: (await import('#renderer/faces/drawer/shift-desk.tsx')).ShiftDesk,
}))
const OpenDrawer = lazy(async () => ({
  default: (await import('#renderer/faces/drawer/open-drawer.tsx')).OpenDrawer,
}))
const ClosedShift = lazy(async () => ({
  default: (await import('#renderer/faces/drawer/closed-shift.tsx')).ClosedShift,
}))
const Readiness = lazy(async () => ({ default: (await import('./readiness.tsx')).Readiness }))
const DeviceCheck = lazy(async () => ({
  default: (await import('#renderer/faces/devices/device-check.tsx')).DeviceCheck,
}))
const Exceptions = lazy(async () => ({
  default: (await import('#renderer/faces/supervisor/exceptions.tsx')).Exceptions,
}))

/** Nobody touched the till for so long: it locks; the bills stay. */
const IDLE_LOCK_MS = 5 * 60_000

type Open = 'help' | 'payer' | 'parked' | 'drawer' | null

type CounterProps = {
  /** Held above, so that a locked till keeps its bills. */
  readonly state: CounterState
  readonly dispatch: Dispatch<CounterAction>
}

export function Counter({ state, dispatch }: CounterProps) {
  const client = useTerminal()
  const status = useStatus()
  const refresh = useRefreshStatus()
  const [open, setOpen] = useState<Open>(null)
  const finding = useFind(dispatch)
  const taking = useTake(state, dispatch)
  const reprint = useReprint()
  const slip = useSlip()
  useCustomer(state)
  const isMoving = isMoneyMoving(state.screen)
  const isSupervisor = status.operator?.role === 'supervisor'

  const cardActs = useMemo(
    () => ({
      onCharge: () => dispatch({ do: 'charge' }),
      onRest: (problem: Problem | null) => dispatch({ do: 'cardRests', problem }),
      onTaken: (collection: Collection) => dispatch({ do: 'cardTaken', collection }),
    }),
    [dispatch],
  )

  const lock = () => {
    if (isMoving) return
    void client.session.signOut().finally(() => void refresh())
  }
  const openTender = (wanted: PaymentMode) => {
    const mode = wanted === 'CHEQUE' ? (paperModeOf(state.cart) ?? wanted) : wanted
    if (serviceAgainst(state.cart, mode) !== null) return playTone('attention')
    if (state.screen.at === 'tender') return dispatch({ do: 'changeMode', mode })
    if (!mayOpenTender(state) || finding.pendingCount > 0) return playTone('attention')
    const paymentIds = state.cart.lines.map(() => crypto.randomUUID())
    dispatch({ do: 'openTender', mode, collectionId: crypto.randomUUID(), paymentIds })
  }
  const showReceipts = (text = '', paymentId: string | null = null) =>
    dispatch({ do: 'showReceipts', text, paymentId })
  const showShift = (isHandIn = false) => dispatch({ do: 'showShift', isHandIn })
  const goHome = () => {
    finding.clear()
    dispatch(state.screen.at === 'done' ? { do: 'nextCustomer' } : { do: 'back' })
  }
  const scan = (text: string) => {
    if (isMoving) return playTone('attention')
    setOpen(null)
    finding.find(text)
  }

  const scanUnread = (reason: string) => {
    if (state.screen.at !== 'home') return playTone('attention')
    finding.tellUnread(reason)
  }

  useScan(scan)
  useUnreadScan(scanUnread)
  useIdle(IDLE_LOCK_MS, lock)
  useTapShield(screenKey(state))
  useKeys({
    F1: () => setOpen('help'),
    F2: () => (isMoving ? undefined : goHome()),
    F3: () => (isMoving ? undefined : setOpen('payer')),
    F4: () =>
      isMoving
        ? undefined
        : parkOrRecall(state, { park: () => dispatch({ do: 'park' }), recall: () => setOpen('parked') }),
    F6: () => openTender('CASH'),
    F8: () => openTender('CARD'),
    F9: () => openTender('CHEQUE'),
    'Alt+KeyB': () => showReceipts(),
    'Alt+KeyQ': () => dispatch({ do: 'showQueue' }),
    'Alt+KeyS': () => (isSupervisor ? dispatch({ do: 'showExceptions' }) : undefined),
    'Alt+KeyE': () => showShift(),
    'Alt+KeyD': () => (isMoving ? undefined : setOpen('drawer')),
    'Alt+KeyL': lock,
    'Alt+KeyR': () => (status.lastReceipt === null ? undefined : reprint.print(status.lastReceipt.paymentId)),
    'Alt+KeyC': () => copyText(status.lastReceipt?.receiptNumber ?? ''),
  })

  const { screen, cart } = state
  const close = () => setOpen(null)
  return (
    <div className={styles.frame}>
      <TopBar
        at={screen.at}
        isMoving={isMoving}
        onHome={goHome}
        onReceipts={() => showReceipts()}
        onQueue={() => dispatch({ do: 'showQueue' })}
        onReadiness={() => dispatch({ do: 'showReadiness' })}
        onDevices={() => dispatch({ do: 'showDevices' })}
        onExceptions={() => dispatch({ do: 'showExceptions' })}
        onShift={() => showShift()}
        onLock={lock}
        onHelp={() => setOpen('help')}
      />
      <Strips
        isBlind={screen.at === 'shift'}
        onHandIn={isMoving ? null : () => showShift(true)}
        onShift={isMoving ? null : () => showShift()}
        onCards={isMoving || screen.at === 'cards' ? null : () => dispatch({ do: 'showCards' })}
      />
      <main className={styles.main} data-screen={screen.at}>
        {screen.at === 'home' ? (
          <Home
            state={state}
            dispatch={dispatch}
            finding={finding}
            reprint={reprint}
            onTender={openTender}
            onPayer={() => setOpen('payer')}
            onParked={() => setOpen('parked')}
            onShowReceipt={showReceipts}
          />
        ) : null}
        {screen.at === 'tender' ? (
          <Tender
            key={`${screen.tender.collectionId}|${screen.tender.mode}`}
            tender={screen.tender}
            cart={cart}
            onBack={goHome}
            onMode={(mode) => dispatch({ do: 'changeMode', mode })}
            onPayer={() => setOpen('payer')}
            onAgree={(consent) => dispatch({ do: 'agree', consent })}
            onTake={(input) => void taking.take(input)}
            onLookAgain={() => void taking.lookAgain()}
            card={cardActs}
          />
        ) : null}
        {screen.at === 'done' ? (
          <Done
            collection={screen.collection}
            reprint={reprint}
            onNext={goHome}
            onShow={(paymentId) => showReceipts('', paymentId)}
          />
        ) : null}
        <Suspense fallback={null}>
          {screen.at === 'receipts' ? (
            <Receipts
              key={`${screen.text}|${screen.paymentId}`}
              text={screen.text}
              paymentId={screen.paymentId}
              reprint={reprint}
              onScanOther={scan}
              onBack={goHome}
            />
          ) : null}
          {screen.at === 'readiness' ? <Readiness onBack={goHome} /> : null}
          {screen.at === 'devices' ? <DeviceCheck onBack={goHome} /> : null}
          {screen.at === 'queue' ? (
            <Queue onBack={goHome} onShow={(paymentId) => showReceipts('', paymentId)} />
          ) : null}
          {screen.at === 'cards' ? (
            <OpenCards onBack={goHome} onShow={(paymentId) => showReceipts('', paymentId)} />
          ) : null}
          {screen.at === 'shift' ? (
            <ShiftDesk
              key={String(screen.isHandIn)}
              isHandIn={screen.isHandIn}
              slip={slip}
              onBack={goHome}
              onOpenDrawer={() => setOpen('drawer')}
              onClosed={(closed) => dispatch({ do: 'shiftClosed', close: closed })}
            />
          ) : null}
          {screen.at === 'closed' ? <ClosedShift close={screen.close} slip={slip} onDone={goHome} /> : null}
          {screen.at === 'exceptions' && isSupervisor ? (
            <Exceptions onBack={goHome} backWord="act.backToCounter" onScanOther={scan} />
          ) : null}
        </Suspense>
      </main>
      <Suspense fallback={null}>{open === 'drawer' ? <OpenDrawer onClose={close} /> : null}</Suspense>
      {open === 'help' ? <KeyHelp onClose={close} /> : null}
      {open === 'payer' ? (
        <PayerDialog
          cart={cart}
          onChoose={(payer) => {
            dispatch({ do: 'choosePayer', payer })
            close()
          }}
          onClose={close}
        />
      ) : null}
      {open === 'parked' ? (
        <Parked
          parked={state.parked}
          onRecall={(at) => {
            dispatch({ do: 'recall', at })
            close()
          }}
          onClose={close}
        />
      ) : null}
      {finding.choices === null ? null : (
        <BillChoice bills={finding.choices} onChoose={finding.choose} onClose={finding.clear} />
      )}
    </div>
  )
}

/** Changes whenever another screen or another question is shown: the tap shield goes up. */
function screenKey({ screen }: CounterState): string {
  return screen.at === 'tender' ? `tender ${screen.tender.step.at}` : screen.at
}

function mayOpenTender({ screen, cart }: CounterState): boolean {
  const hasPayer =
    payerOf(
      cart.payer,
      cart.lines.map(({ found }) => found.bill.payerName),
    ) !== null
  return screen.at === 'home' && cartTotal(cart) !== null && hasPayer
}

type ParkActs = { readonly park: () => void; readonly recall: () => void }

/** F4 puts a customer aside, or brings one back when nobody is being served. */
function parkOrRecall({ cart, parked }: CounterState, { park, recall }: ParkActs): void {
  if (cart.lines.length > 0) return park()
  if (parked.length > 0) recall()
}

function copyText(text: string): void {
  if (text === '') return
  navigator.clipboard.writeText(text).catch(() => playTone('attention'))
}
