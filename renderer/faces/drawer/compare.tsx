// Counted against expected, after the count: a difference is explained, never made right; then the shift is closed.
import { formatInr, paise } from '#contract/money.ts'
import { Button } from '#renderer/parts/button.tsx'
import { Field } from '#renderer/parts/field.tsx'
import { useKeys, useScan } from '#renderer/parts/keys.tsx'
import { useText } from '#renderer/parts/language.tsx'
import { Panel } from '#renderer/parts/problem-panel.tsx'
import { playTone } from '#renderer/parts/sound.ts'
import { useRefreshStatus, useStatus, useTerminal } from '#renderer/parts/terminal.tsx'
import type { CashCount, ShiftClose } from '#rpc/shift.ts'
import { DoorClosed, RotateCcw } from 'lucide-react'
import { useRef, useState } from 'react'
import { Head } from './drawer-head.tsx'
import { DrawerTrouble } from './drawer-trouble.tsx'
import { Figure } from './figures.tsx'
import styles from './drawer.module.css'

/** As many as the procedure takes. */
const REASON_CHARS_MAX = 200

type CompareProps = {
  readonly count: CashCount
  readonly onAgain: () => void
  readonly onBack: () => void
  readonly onClosed: (close: ShiftClose) => void
}

export function Compare({ count, onAgain, onBack, onClosed }: CompareProps) {
  const text = useText()
  const client = useTerminal()
  const refresh = useRefreshStatus()
  const { queue } = useStatus()
  const [closeId] = useState(() => crypto.randomUUID())
  const [reason, setReason] = useState('')
  const [isSending, setSending] = useState(false)
  const [error, setError] = useState<unknown>(null)
  const reasonInput = useRef<HTMLInputElement>(null)
  const isOff = count.differencePaise !== 0
  const isReady = (!isOff || reason.trim() !== '') && !isSending
  const close = () => {
    if (isSending) return
    if (!isReady) return reasonInput.current?.focus()
    setSending(true)
    client.shift
      .close({ closeId, countId: count.id, reason: isOff ? reason.trim() : null })
      .then((closed) => {
        onClosed(closed)
        void refresh()
      })
      .catch((thrown: unknown) => {
        setError(thrown)
        playTone('attention')
      })
      .finally(() => setSending(false))
  }
  const back = () => (isSending ? undefined : onBack())
  useKeys({ Enter: close, Escape: back })
  useScan(() => playTone('attention'))
  return (
    <div className={styles.screen} data-testid="compare">
      <Head title={text('count.compare')} onBack={back} isDisabled={isSending} />
      <div className={styles.columns}>
        <section className={styles.card} aria-label={text('count.compare')}>
          <dl className={styles.figures}>
            <Figure name={text('drawer.expected')} value={formatInr(count.expectedPaise)} />
            <Figure name={text('drawer.counted')} value={formatInr(count.countedPaise)} />
            <Figure
              name={text('drawer.difference')}
              value={formatInr(count.differencePaise)}
              isStrong
              testId="compare-difference"
            />
          </dl>
          <Difference differencePaise={count.differencePaise} />
          <p className={styles.small}>{text('count.number', { number: count.number })}</p>
        </section>
        <section className={styles.card} aria-label={text('close.act')}>
          {isOff ? (
            <Field
              label={text('count.reason')}
              hint={text('count.reasonHint')}
              value={reason}
              onChange={setReason}
              maxLength={REASON_CHARS_MAX}
              isDisabled={isSending}
              inputRef={reasonInput}
              testId="close-reason"
            />
          ) : null}
          <p data-testid="close-unsent">
            {text('drawer.unsent', { count: queue.waitingCount, amount: formatInr(queue.waitingPaise) })}
          </p>
          <DrawerTrouble error={error} />
          <Button
            kind="primary"
            size="large"
            icon={DoorClosed}
            chord="Enter"
            isDisabled={!isReady}
            onPress={close}
            testId="close-shift"
          >
            {text(isSending ? 'close.acting' : 'close.act')}
          </Button>
          <Button icon={RotateCcw} isDisabled={isSending} onPress={onAgain} testId="count-again">
            {text('count.again')}
          </Button>
        </section>
      </div>
    </div>
  )
}

/** The same words while closing and on the closed shift. */
export function Difference({ differencePaise }: Pick<CashCount, 'differencePaise'>) {
  const text = useText()
  if (differencePaise === 0) return <Panel tone="ok" title={text('drawer.exact')} testId="difference-exact" />
  const amount = formatInr(paise(Math.abs(differencePaise)))
  const isShort = differencePaise < 0
  return (
    <Panel
      tone="warn"
      title={text(isShort ? 'drawer.isShort' : 'drawer.isOver', { amount })}
      testId={isShort ? 'difference-short' : 'difference-over'}
    />
  )
}
