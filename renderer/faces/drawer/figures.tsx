// The figures of a shift, so far (X) or for good (Z): how money came, what went out, and what must be in the drawer.
import { formatInr, paise, type Paise } from '#contract/money.ts'
import { classNames } from '#renderer/parts/class-names.ts'
import { formatIstTime } from '#renderer/parts/ist.ts'
import { useText } from '#renderer/parts/language.tsx'
import type { ShiftClose } from '#rpc/shift.ts'
import styles from './drawer.module.css'

type FiguresProps = Pick<
  ShiftClose,
  | 'number'
  | 'floatPaise'
  | 'takings'
  | 'collectedPaise'
  | 'receiptCount'
  | 'lastReceiptNumber'
  | 'expectedPaise'
> & {
  readonly handIns: readonly ShiftClose['handIns'][number][]
  readonly services: readonly { readonly name: string; readonly count: number; readonly sumPaise: Paise }[]
}

export function Figures(props: FiguresProps) {
  const text = useText()
  const cash = props.takings.find(({ mode }) => mode === 'CASH')?.sumPaise ?? paise(0)
  return (
    <>
      <dl className={styles.figures} aria-label={text('drawer.figures')}>
        {props.takings.map(({ mode, count, sumPaise }) => (
          <Figure key={mode} name={`${text(`mode.${mode}`)} (${count})`} value={formatInr(sumPaise)} />
        ))}
        <Figure
          name={text('drawer.collected', { count: props.receiptCount })}
          value={formatInr(props.collectedPaise)}
          isStrong
          testId="figure-collected"
        />
        {props.lastReceiptNumber === null ? null : (
          <Figure name={text('drawer.lastReceipt')} value={props.lastReceiptNumber} />
        )}
      </dl>
      {props.services.length === 0 ? null : (
        <dl className={styles.figures} aria-label={text('drawer.services')}>
          {props.services.map(({ name, count, sumPaise }) => (
            <Figure key={name} name={`${name} (${count})`} value={formatInr(sumPaise)} />
          ))}
        </dl>
      )}
      <dl className={styles.figures} aria-label={text('drawer.expected')}>
        <Figure name={text('drawer.float')} value={formatInr(props.floatPaise)} />
        <Figure name={text('drawer.cashTaken')} value={formatInr(cash)} />
        {props.handIns.map(({ number, amountPaise, receivedByName, atMs }) => (
          <Figure
            key={number}
            name={text('drawer.handedIn', {
              number: `${props.number}-${number}`,
              time: formatIstTime(atMs),
              name: receivedByName,
            })}
            value={`-${formatInr(amountPaise)}`}
            testId="figure-hand-in"
          />
        ))}
        <Figure
          name={text('drawer.expected')}
          value={formatInr(props.expectedPaise)}
          isStrong
          testId="figure-expected"
        />
      </dl>
    </>
  )
}

type FigureProps = {
  readonly name: string
  readonly value: string
  readonly isStrong?: boolean
  readonly testId?: string
}

export function Figure({ name, value, isStrong = false, testId }: FigureProps) {
  return (
    <div className={classNames(styles.figure, isStrong && styles.strong)} data-testid={testId}>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  )
}
