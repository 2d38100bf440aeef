// Facts that stand across every counter screen as long as they are so: no line to the office, payments that need a
// person, a printer that needs a hand. Colour-free in meaning: each begins with its word.
import { formatInr } from '#contract/money.ts'
import { Button } from '#renderer/parts/button.tsx'
import { ageText } from '#renderer/parts/age-text.ts'
import { formatIstTime } from '#renderer/parts/ist.ts'
import { useText } from '#renderer/parts/language.tsx'
import { isPathName } from '#renderer/parts/path-name.ts'
import { useProblemWords } from '#renderer/parts/problem-panel.tsx'
import { StatusShape } from '#renderer/parts/status-mark.tsx'
import { useNow, useStatus } from '#renderer/parts/terminal.tsx'
import type { Problem } from '#contract/problem.ts'
import { causeText } from './print-trouble.tsx'
import { DrawerStrip } from '#renderer/faces/drawer/drawer-strip.tsx'
import { ClockStrip, LimitStrips } from './limit-strips.tsx'
import styles from './strips.module.css'

type StripsProps = {
  /** While the drawer is counted nothing tells what should be in it. */
  readonly isBlind?: boolean
  /** Null: not now. */
  readonly onHandIn?: (() => void) | null
  readonly onShift?: (() => void) | null
  /** Null: not now, or they stand on this screen. */
  readonly onCards?: (() => void) | null
}

export function Strips({ isBlind = false, onHandIn = null, onShift = null, onCards = null }: StripsProps) {
  const status = useStatus()
  return (
    <div className={styles.strips} aria-live="polite">
      <ClockStrip />
      {status.drawer.leftOpenSinceMs === null ? null : (
        <DrawerStrip sinceMs={status.drawer.leftOpenSinceMs} className={styles.stop} />
      )}
      {status.card.openCount === 0 || onCards === null ? null : <CardStrip onCards={onCards} />}
      {isBlind ? null : <LimitStrips onHandIn={onHandIn} onShift={onShift} />}
      {status.link.isOnline ? null : <OfflineStrip />}
      {status.printer.problem === null || status.printer.state === 'absent' ? null : (
        <PrinterStrip problem={status.printer.problem} />
      )}
      {status.queue.attentionCount === 0 ? null : <AttentionStrip count={status.queue.attentionCount} />}
    </div>
  )
}

function OfflineStrip() {
  const text = useText()
  const nowMs = useNow(10_000)
  const { link, queue } = useStatus()
  const parts = [
    link.offlineSinceMs === null
      ? text('offline.plain')
      : text('offline.since', { time: formatIstTime(link.offlineSinceMs) }),
    text('offline.waiting', { count: queue.waitingCount, amount: formatInr(queue.waitingPaise) }),
    ...(queue.oldestMs === null
      ? []
      : [text('offline.oldest', { age: ageText(text, queue.oldestMs, nowMs) })]),
  ]
  return (
    <p className={styles.offline} data-testid="offline-strip">
      <StatusShape tone="warn" />
      <span>
        <strong>{parts.join(' · ')}</strong> {text('offline.calm')}
      </span>
    </p>
  )
}

function CardStrip({ onCards }: { readonly onCards: () => void }) {
  const text = useText()
  const { card } = useStatus()
  return (
    <div className={styles.stop} data-testid="card-strip">
      <StatusShape tone="unknown" />
      <span>
        <strong>{text('card.strip', { count: card.openCount, amount: formatInr(card.openPaise) })}</strong>{' '}
        {text('card.stripAct')}
      </span>
      <Button onPress={onCards} testId="card-strip-show" className={styles.act}>
        {text('card.show')}
      </Button>
    </div>
  )
}

function PrinterStrip({ problem }: { readonly problem: Problem }) {
  const text = useText()
  const { printer } = useStatus()
  const words = useProblemWords(problem)
  const cause = causeText(text, problem)
  return (
    <p className={styles.plain} data-testid="printer-strip">
      <StatusShape tone="warn" />
      <span>
        <strong>{words.what}</strong> {cause === null ? words.act : `${cause} ${text('paper.safe')}`}
        {printer.spare?.isInUse === true
          ? ` ${text('paper.spareInUse', { named: String(!isPathName(printer.spare.name)), printer: printer.spare.name })}`
          : null}
      </span>
    </p>
  )
}

function AttentionStrip({ count }: { readonly count: number }) {
  const text = useText()
  return (
    <p className={styles.plain}>
      <StatusShape tone="warn" />
      <span>
        <strong>{text('attention.count', { count })}</strong> {text('attention.act')}
      </span>
    </p>
  )
}
