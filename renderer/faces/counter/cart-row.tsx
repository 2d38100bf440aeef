// One bill in the cart: whose, what for, what is due, what will be paid now, and what stands in the way.
import { formatInr } from '#contract/money.ts'
import { ageText } from '#renderer/parts/age-text.ts'
import { Button } from '#renderer/parts/button.tsx'
import { classNames } from '#renderer/parts/class-names.ts'
import { Field } from '#renderer/parts/field.tsx'
import { useDateText, useText } from '#renderer/parts/language.tsx'
import { ProblemPanel } from '#renderer/parts/problem-panel.tsx'
import { StatusMark } from '#renderer/parts/status-mark.tsx'
import { useNow } from '#renderer/parts/terminal.tsx'
import type { Problem } from '#contract/problem.ts'
import type { FoundBill } from '#rpc/procedures.ts'
import { ChevronDown, ChevronUp, RefreshCw, Trash2 } from 'lucide-react'
import { useEffect, useRef, useState, type Dispatch } from 'react'
import { isAmountOpen, lineProblem, payNow, payNowText, type CartLine } from './cart.ts'
import type { CounterAction } from './counter-state.ts'
import styles from './cart-row.module.css'

type CartRowProps = {
  readonly line: CartLine
  readonly at: number
  readonly isSelected: boolean
  readonly isRefreshing: boolean
  readonly dispatch: Dispatch<CounterAction>
  readonly onRefresh: () => void
  readonly onShowReceipt: (receiptNumber: string) => void
}

export function CartRow({ line, at, isSelected, isRefreshing, dispatch, ...acts }: CartRowProps) {
  const text = useText()
  const [isOpen, setOpen] = useState(false)
  const row = useRef<HTMLLIElement>(null)
  useEffect(() => {
    if (isSelected) row.current?.scrollIntoView({ block: 'nearest' })
  }, [isSelected])
  const { found } = line
  const { bill } = found
  const problem = lineProblem(line)
  const paidReceipt = receiptOf(problem)
  const name = `${found.serviceName}, ${bill.consumerCode}`
  return (
    <li
      ref={row}
      data-testid="cart-row"
      data-consumer={bill.consumerCode}
      aria-current={isSelected}
      className={classNames(styles.row, isSelected && styles.selected)}
    >
      <div className={styles.facts}>
        <div className={styles.words}>
          <h2 className={styles.service}>{found.serviceName}</h2>
          <p className={styles.who}>
            <span className={styles.code}>{bill.consumerCode}</span>
            {bill.payerName === null ? null : <span>{bill.payerName}</span>}
          </p>
          <p className={styles.period}>
            <Period found={found} />
            {bill.address === null ? null : <span className={styles.address}>{bill.address}</span>}
          </p>
          {found.source === 'integrator' ? null : <SeenAt found={found} />}
        </div>
        <Amounts line={line} at={at} dispatch={dispatch} />
        <div className={styles.tools}>
          <Button
            kind="quiet"
            icon={Trash2}
            label={text('cart.remove', { name })}
            onPress={() => dispatch({ do: 'removeLine', at })}
            {...(isSelected ? { chord: 'Delete' } : {})}
          >
            {text('cart.removeShort')}
          </Button>
          <Button
            kind="quiet"
            icon={isOpen ? ChevronUp : ChevronDown}
            label={text('cart.heads', { name })}
            onPress={() => setOpen(!isOpen)}
          >
            {text('cart.headsShort')}
          </Button>
        </div>
      </div>
      {isOpen ? <Heads found={found} /> : null}
      {problem === null ? null : (
        <ProblemPanel
          problem={problem}
          className={styles.problem}
          actions={
            <>
              {mayRefresh(line) ? (
                <Button kind="deep" icon={RefreshCw} isBusy={isRefreshing} onPress={acts.onRefresh}>
                  {text(isRefreshing ? 'find.looking' : 'cart.refresh')}
                </Button>
              ) : null}
              {paidReceipt === null ? null : (
                <Button onPress={() => acts.onShowReceipt(paidReceipt)}>{text('find.showReceipt')}</Button>
              )}
            </>
          }
        />
      )}
    </li>
  )
}

type AmountsProps = Pick<CartRowProps, 'line' | 'at' | 'dispatch'>

function Amounts({ line, at, dispatch }: AmountsProps) {
  const text = useText()
  const { bill } = line.found
  const amountPaise = payNow(line)
  return (
    <dl className={styles.amounts}>
      <div>
        <dt>{text('cart.due')}</dt>
        <dd className={styles.due}>{formatInr(bill.totalPaise)}</dd>
      </div>
      <div>
        {isAmountOpen(line) ? (
          <>
            <dt className="sr-only">{text('cart.payNow')}</dt>
            <dd>
              <Field
                label={text('cart.payNow')}
                kind="digits"
                prefix="₹"
                value={payNowText(line)}
                onChange={(typed) => dispatch({ do: 'typeAmount', at, typed })}
                testId="pay-now"
                className={styles.payNow}
              />
            </dd>
          </>
        ) : (
          <>
            <dt>{text('cart.payNow')}</dt>
            <dd className={styles.now}>
              {amountPaise === null || line.found.obstacle !== null ? '–' : formatInr(amountPaise)}
            </dd>
          </>
        )}
      </div>
    </dl>
  )
}

function Period({ found }: { readonly found: FoundBill }) {
  const dateText = useDateText()
  const { periods } = found.bill
  const fromMs = Math.min(...periods.map((period) => period.fromMs))
  const toMs = Math.max(...periods.map((period) => period.toMs))
  return (
    <span className={styles.dates}>
      {dateText(fromMs)} – {dateText(toMs)}
    </span>
  )
}

/** The integrator was away: this is the till's own copy or from its bill pack, and so old. */
function SeenAt({ found: { source, pack, bill } }: { readonly found: FoundBill }) {
  const text = useText()
  const nowMs = useNow(30_000)
  return (
    <StatusMark tone={pack === null || pack.standing === 'fresh' ? 'wait' : 'warn'}>
      {text(source === 'pack' ? 'cart.packed' : 'cart.cached', {
        age: ageText(text, Math.min(bill.fetchedAtMs, nowMs), nowMs),
      })}
    </StatusMark>
  )
}

function Heads({ found }: { readonly found: FoundBill }) {
  const dateText = useDateText()
  return (
    <div className={styles.heads}>
      {found.bill.periods.map((period) => (
        <div key={period.demandId}>
          <p className={styles.headPeriod}>
            {dateText(period.fromMs)} – {dateText(period.toMs)}
          </p>
          <dl>
            {period.heads.map((head) => (
              <div key={head.taxHeadCode} className={styles.head}>
                <dt>{found.taxHeadNames[head.taxHeadCode] ?? head.taxHeadCode}</dt>
                <dd>{formatInr(head.amountPaise)}</dd>
              </div>
            ))}
          </dl>
        </div>
      ))}
    </div>
  )
}

/** The receipt of this till by which the bill was paid, when the core knows it. */
function receiptOf(problem: Problem | null): string | null {
  const number = problem?.code === 'bill_already_paid' ? problem.data['receiptNumber'] : null
  return typeof number === 'string' ? number : null
}

function mayRefresh({ found }: CartLine): boolean {
  const { obstacle } = found
  return (
    obstacle?.code === 'bill_expired' ||
    obstacle?.code === 'bill_changed' ||
    obstacle?.code === 'bill_fractional'
  )
}
