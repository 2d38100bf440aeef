// The Z report on the screen, as it was recorded and printed; from here the next shift is opened.
import { formatInr } from '#contract/money.ts'
import { Button } from '#renderer/parts/button.tsx'
import { formatIstTime } from '#renderer/parts/ist.ts'
import { useKeys, useScan } from '#renderer/parts/keys.tsx'
import { useText } from '#renderer/parts/language.tsx'
import { Panel } from '#renderer/parts/problem-panel.tsx'
import { playTone } from '#renderer/parts/sound.ts'
import type { ShiftClose } from '#rpc/shift.ts'
import { Difference } from './compare.tsx'
import { Figure, Figures } from './figures.tsx'
import { SlipNote } from './slip-note.tsx'
import type { Slip } from './use-slip.ts'
import styles from './drawer.module.css'

type ClosedShiftProps = {
  readonly close: ShiftClose
  readonly slip: Slip
  readonly onDone: () => void
}

export function ClosedShift({ close, slip, onDone }: ClosedShiftProps) {
  const text = useText()
  useKeys({ Enter: onDone, Escape: onDone })
  useScan(() => playTone('attention'))
  const { number, closedAtMs, closedByName, countedPaise, reason, unsent, headSeq, headHash } = close
  return (
    <div className={styles.screen} data-testid="closed-shift">
      <h1 className={styles.title}>{text('drawer.titleClosed', { number })}</h1>
      <div className={styles.columns}>
        <section className={styles.card} aria-label={text('drawer.figures')} data-testid="z-report">
          <p className={styles.small}>
            {text('drawer.closed', { time: formatIstTime(closedAtMs), name: closedByName })}
          </p>
          <Figures {...close} services={[]} />
          <dl className={styles.figures}>
            <Figure name={text('drawer.counted')} value={formatInr(countedPaise)} />
          </dl>
          <Difference differencePaise={close.differencePaise} />
          {reason === null ? null : <p>{text('drawer.reasonOf', { reason })}</p>}
        </section>
        <section className={styles.card} aria-label={text('close.done')}>
          <Panel tone="ok" title={text('close.done')} isAlert />
          <p>{text('drawer.unsent', { count: unsent.count, amount: formatInr(unsent.sumPaise) })}</p>
          <SlipNote slip={slip} recordId={close.id} />
          <p className={styles.small}>{text('drawer.head', { seq: headSeq, hash: headHash })}</p>
          <Button kind="primary" size="large" chord="Enter" onPress={onDone} testId="closed-next">
            {text('close.next')}
          </Button>
        </section>
      </div>
    </div>
  )
}
