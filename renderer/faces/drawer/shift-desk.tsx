// The shift and its drawer (C1): figures so far, hand in cash, count and close. Each step is one view; the closed shift is a screen of the
// counter. Loaded when first opened.
import { formatInr } from '#contract/money.ts'
import { Button } from '#renderer/parts/button.tsx'
import { formatIstTime } from '#renderer/parts/ist.ts'
import { useKeys, useScan } from '#renderer/parts/keys.tsx'
import { useText } from '#renderer/parts/language.tsx'
import { Panel } from '#renderer/parts/problem-panel.tsx'
import { playTone } from '#renderer/parts/sound.ts'
import { useTapShield } from '#renderer/parts/tap-shield.ts'
import { useStatus, useTerminal } from '#renderer/parts/terminal.tsx'
import type { CashCount, HandIn as HandInRecord, ShiftClose, ShiftReport } from '#rpc/shift.ts'
import { useQuery } from '@tanstack/react-query'
import { Banknote, Calculator, LockOpen } from 'lucide-react'
import { useState } from 'react'
import { Compare } from './compare.tsx'
import { CountDrawer } from './count-drawer.tsx'
import { Head } from './drawer-head.tsx'
import { DrawerTrouble } from './drawer-trouble.tsx'
import { Figures } from './figures.tsx'
import { HandIn, HandedIn } from './hand-in.tsx'
import type { Slip } from './use-slip.ts'
import styles from './drawer.module.css'

type Step =
  | { readonly at: 'figures' }
  | { readonly at: 'handIn' }
  | { readonly at: 'handedIn'; readonly record: HandInRecord }
  | { readonly at: 'count' }
  | { readonly at: 'compare'; readonly count: CashCount }

type ShiftDeskProps = {
  /** Reached from advice that says to hand in cash. */
  readonly isHandIn: boolean
  readonly slip: Slip
  readonly onBack: () => void
  readonly onOpenDrawer: () => void
  readonly onClosed: (close: ShiftClose) => void
}

export function ShiftDesk({ isHandIn, slip, onBack, onOpenDrawer, onClosed }: ShiftDeskProps) {
  const { shift, operator } = useStatus()
  const [step, setStep] = useState<Step>({ at: isHandIn ? 'handIn' : 'figures' })
  useTapShield(`shift ${step.at}`)
  const toFigures = () => setStep({ at: 'figures' })
  const isOwn = shift !== null && shift.operatorId === operator?.id
  if (step.at === 'handIn' && isOwn) {
    return (
      <HandIn
        onBack={toFigures}
        onDone={(record) => {
          slip.print(record.id)
          setStep({ at: 'handedIn', record })
        }}
      />
    )
  }
  if (step.at === 'handedIn') return <HandedIn record={step.record} slip={slip} onBack={toFigures} />
  if (step.at === 'count') {
    return <CountDrawer onBack={toFigures} onCounted={(count) => setStep({ at: 'compare', count })} />
  }
  if (step.at === 'compare') {
    return (
      <Compare
        count={step.count}
        onAgain={() => setStep({ at: 'count' })}
        onBack={toFigures}
        onClosed={(close) => {
          slip.print(close.id)
          onClosed(close)
        }}
      />
    )
  }
  return (
    <SoFar
      onBack={onBack}
      onHandIn={() => setStep({ at: 'handIn' })}
      onCount={() => setStep({ at: 'count' })}
      onOpenDrawer={onOpenDrawer}
    />
  )
}

type SoFarProps = {
  readonly onBack: () => void
  readonly onHandIn: () => void
  readonly onCount: () => void
  readonly onOpenDrawer: () => void
}

function SoFar({ onBack, onHandIn, onCount, onOpenDrawer }: SoFarProps) {
  const text = useText()
  const client = useTerminal()
  const { shift, operator } = useStatus()
  const isOwn = shift?.operatorId === operator?.id
  const mayClose = isOwn || operator?.role === 'supervisor'
  const report = useQuery({
    queryKey: ['shift-report', shift?.id, shift?.receiptCount, shift?.cashInHandPaise],
    queryFn: () => client.shift.report(),
    enabled: mayClose,
    retry: false,
    gcTime: 0,
  })
  const mayHandIn = isOwn && (shift?.cashInHandPaise ?? 0) > 0
  useKeys({
    Escape: onBack,
    ...(mayHandIn ? { F6: onHandIn } : {}),
    ...(mayClose ? { F10: onCount } : {}),
  })
  useScan(() => playTone('attention'))
  return (
    <div className={styles.screen} data-testid="shift-desk">
      <Head title={text('drawer.title', { number: shift?.number ?? 0 })} onBack={onBack} />
      {mayClose ? null : (
        <Panel tone="info" title={text('drawer.notYours', { name: shift?.operatorName ?? '' })} />
      )}
      {report.isError ? <DrawerTrouble error={report.error} /> : null}
      <div className={styles.columns}>
        {report.data === undefined ? <div /> : <SoFarFigures report={report.data} />}
        <section className={styles.card} aria-label={text('drawer.acts')}>
          <div className={styles.act}>
            <Button
              kind="primary"
              size="large"
              icon={Banknote}
              chord="F6"
              isDisabled={!mayHandIn}
              onPress={onHandIn}
              testId="to-hand-in"
            >
              {text('handIn.open')}
            </Button>
            <p className={styles.small}>{text('handIn.openHint')}</p>
          </div>
          <div className={styles.act}>
            <Button
              kind="deep"
              size="large"
              icon={Calculator}
              chord="F10"
              isDisabled={!mayClose}
              onPress={onCount}
              testId="to-count"
            >
              {text('count.open')}
            </Button>
            <p className={styles.small}>{text('count.openHint')}</p>
          </div>
          <div className={styles.act}>
            <Button
              icon={LockOpen}
              chord="Alt+KeyD"
              isDisabled={!mayClose}
              onPress={onOpenDrawer}
              testId="to-open-drawer"
            >
              {text('noSale.title')}
            </Button>
            <p className={styles.small}>{text('noSale.hint')}</p>
          </div>
        </section>
      </div>
    </div>
  )
}

function SoFarFigures({ report }: { readonly report: ShiftReport }) {
  const text = useText()
  const { number, openedAtMs, operatorName, unsent } = report
  return (
    <section className={styles.card} aria-label={text('drawer.figures')} data-testid="x-report">
      <p className={styles.small}>
        {text('drawer.opened', { time: formatIstTime(openedAtMs), name: operatorName })}
      </p>
      {report.receiptCount === 0 ? <p>{text('drawer.none')}</p> : null}
      <Figures
        {...report}
        number={number}
        expectedPaise={report.cashInHandPaise}
        services={report.services.map(({ businessService, count, sumPaise }) => ({
          name: report.serviceNames[businessService] ?? businessService,
          count,
          sumPaise,
        }))}
      />
      <p className={styles.small}>
        {text('drawer.unsent', { count: unsent.count, amount: formatInr(unsent.sumPaise) })}
      </p>
    </section>
  )
}
