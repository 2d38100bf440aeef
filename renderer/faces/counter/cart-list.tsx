// The bills of the cart, one under the other; the marked one stays in sight when the list changes its size. Drawn by home.tsx.
import { useEffect, useRef, type Dispatch } from 'react'
import { CartRow } from './cart-row.tsx'
import { debtKey, type Cart } from './cart.ts'
import type { CounterAction } from './counter-state.ts'
import type { Finding } from './use-find.ts'
import styles from './cart-list.module.css'

type CartListProps = {
  readonly cart: Cart
  readonly dispatch: Dispatch<CounterAction>
  readonly finding: Finding
  readonly onShowReceipt: (receiptNumber: string) => void
}

export function CartList({ cart, dispatch, finding, onShowReceipt }: CartListProps) {
  const list = useRef<HTMLUListElement>(null)
  useEffect(() => {
    const element = list.current
    if (element === null) return undefined
    // A panel that appears above makes the list shorter.
    const observer = new ResizeObserver(() =>
      element.querySelector('[aria-current="true"]')?.scrollIntoView({ block: 'nearest' }),
    )
    observer.observe(element)
    return () => observer.disconnect()
  }, [])
  return (
    <ul ref={list} className={styles.lines} data-testid="cart">
      {cart.lines.map((line, at) => (
        <CartRow
          key={debtKey(line.found)}
          line={line}
          at={at}
          isSelected={at === cart.selected}
          isRefreshing={finding.refreshing === debtKey(line.found)}
          dispatch={dispatch}
          onRefresh={() => finding.refreshBill(line.found)}
          onShowReceipt={onShowReceipt}
        />
      ))}
    </ul>
  )
}
