// Several bills fit what was typed (a mobile number, a consumer with water and property tax): take some or all.
import { formatInr } from '#contract/money.ts'
import { Button } from '#renderer/parts/button.tsx'
import { Dialog } from '#renderer/parts/dialog.tsx'
import { useText } from '#renderer/parts/language.tsx'
import { StatusMark } from '#renderer/parts/status-mark.tsx'
import type { FoundBill } from '#rpc/procedures.ts'
import { useState } from 'react'
import { Checkbox } from 'react-aria-components'
import { Check } from 'lucide-react'
import { CART_LINES_MAX, debtKey } from './cart.ts'
import styles from './bill-choice.module.css'

type BillChoiceProps = {
  readonly bills: readonly FoundBill[]
  readonly onChoose: (found: readonly FoundBill[]) => void
  readonly onClose: () => void
}

export function BillChoice({ bills, onChoose, onClose }: BillChoiceProps) {
  const text = useText()
  const [chosen, setChosen] = useState<ReadonlySet<string>>(
    () => new Set(isOnePayer(bills) ? bills.filter(({ obstacle }) => obstacle === null).map(debtKey) : []),
  )
  const toggle = (key: string, isChosen: boolean) => {
    const next = new Set(chosen)
    if (isChosen) next.add(key)
    else next.delete(key)
    setChosen(next)
  }
  const take = () => onChoose(bills.filter((found) => chosen.has(debtKey(found))).slice(0, CART_LINES_MAX))
  const footer = (
    <>
      <span />
      <Button
        kind="primary"
        chord="Enter"
        isDisabled={chosen.size === 0}
        onPress={take}
        testId="choose-bills"
      >
        {text('choice.add', { count: chosen.size })}
      </Button>
    </>
  )
  return (
    <Dialog
      title={text('choice.title', { count: bills.length })}
      size="wide"
      onClose={onClose}
      footer={footer}
      bindings={chosen.size === 0 ? {} : { Enter: take }}
    >
      <ul className={styles.list}>
        {bills.map((found) => (
          <li key={debtKey(found)}>
            <Checkbox
              isSelected={chosen.has(debtKey(found))}
              onChange={(isChosen) => toggle(debtKey(found), isChosen)}
              className={styles.row ?? ''}
            >
              <span className={styles.box}>
                <Check aria-hidden size={20} strokeWidth={3} />
              </span>
              <span className={styles.words}>
                <span className={styles.service}>{found.serviceName}</span>
                <span>{found.bill.consumerCode}</span>
                <span className={styles.name}>{found.bill.payerName}</span>
                {found.bill.address === null ? null : (
                  <span className={styles.name}>{found.bill.address}</span>
                )}
                {found.obstacle === null ? null : (
                  <StatusMark tone="warn">{text(`problem.${found.obstacle.code}`)}</StatusMark>
                )}
              </span>
              <span className={styles.amount}>{formatInr(found.bill.totalPaise)}</span>
            </Checkbox>
          </li>
        ))}
      </ul>
    </Dialog>
  )
}

/** A name or a street brings bills of many people: then none is taken for chosen. */
function isOnePayer(bills: readonly FoundBill[]): boolean {
  const [first] = bills
  return bills.every(
    ({ bill }) =>
      bill.payerName === first?.bill.payerName &&
      bill.mobileNumber === first.bill.mobileNumber &&
      bill.address === first.bill.address,
  )
}
