// Turns what was scanned or typed into bills in the cart, a choice among several, a receipt, or words about why not.
// Scans wait for each other, so that three bills scanned quickly all arrive, in order. Used by counter.tsx.
import type { Problem } from '#contract/problem.ts'
import type { FoundBill } from '#rpc/procedures.ts'
import { makeProblem, problemOf } from '#renderer/parts/problem-of.ts'
import { playTone } from '#renderer/parts/sound.ts'
import { useTerminal } from '#renderer/parts/terminal.tsx'
import { useCallback, useRef, useState, type Dispatch } from 'react'
import { debtKey } from './cart.ts'
import type { CounterAction } from './counter-state.ts'

const WAITING_MAX = 20

/** `problem` null: the call itself was lost. */
export type FindTrouble = { readonly text: string; readonly problem: Problem | null }

export type Finding = {
  readonly pendingCount: number
  readonly trouble: FindTrouble | null
  readonly choices: readonly FoundBill[] | null
  readonly find: (text: string) => void
  readonly choose: (found: readonly FoundBill[]) => void
  readonly clear: () => void
  /** Word of a scan that could not be read, and why. */
  readonly tellUnread: (reason: string) => void
  readonly refreshing: string | null
  readonly refreshBill: (found: FoundBill) => void
}

export function useFind(dispatch: Dispatch<CounterAction>): Finding {
  const client = useTerminal()
  const [pendingCount, setPendingCount] = useState(0)
  const [trouble, setTrouble] = useState<FindTrouble | null>(null)
  const [choices, setChoices] = useState<readonly FoundBill[] | null>(null)
  const [refreshing, setRefreshing] = useState<string | null>(null)
  const queue = useRef<Promise<void>>(Promise.resolve())
  const waitingCount = useRef(0)

  const accept = useCallback(
    (bills: readonly FoundBill[], text: string) => {
      const [only] = bills
      if (only === undefined) return showTrouble(setTrouble, { text, problem: makeProblem('bill_not_found') })
      if (bills.length > 1) return setChoices(bills)
      dispatch({ do: 'addBill', found: only })
      playTone(only.obstacle === null ? 'scan' : 'attention')
    },
    [dispatch],
  )

  const findOne = useCallback(
    async (text: string) => {
      try {
        accept((await client.bill.find({ text })).bills, text)
      } catch (error) {
        const problem = problemOf(error)
        const mayBeReceipt = problem?.code === 'scan_not_understood' || problem?.code === 'bill_not_found'
        if (mayBeReceipt && (await isReceipt(client, text))) {
          dispatch({ do: 'showReceipts', text, paymentId: null })
          return
        }
        dispatch({ do: 'back' })
        showTrouble(setTrouble, { text, problem })
      }
    },
    [accept, client, dispatch],
  )

  const find = useCallback(
    (text: string) => {
      if (waitingCount.current >= WAITING_MAX) return
      // Of bills scanned quickly one after another, the one that failed must not vanish behind the next.
      if (waitingCount.current === 0) setTrouble(null)
      waitingCount.current += 1
      setPendingCount(waitingCount.current)
      queue.current = queue.current
        .then(() => findOne(text))
        .finally(() => {
          waitingCount.current -= 1
          setPendingCount(waitingCount.current)
        })
    },
    [findOne],
  )

  const choose = useCallback(
    (found: readonly FoundBill[]) => {
      for (const each of found) dispatch({ do: 'addBill', found: each })
      setChoices(null)
    },
    [dispatch],
  )

  const refreshBill = useCallback(
    (found: FoundBill) => {
      const { tenantId, businessService, consumerCode } = found.bill
      setTrouble(null)
      setRefreshing(debtKey(found))
      client.bill
        .refresh({ tenantId, businessService, consumerCode })
        .then((fresh) => dispatch({ do: 'replaceBill', found: fresh }))
        .catch((error: unknown) => showTrouble(setTrouble, { text: consumerCode, problem: problemOf(error) }))
        .finally(() => setRefreshing(null))
    },
    [client, dispatch],
  )

  const clear = useCallback(() => {
    setTrouble(null)
    setChoices(null)
  }, [])

  const tellUnread = useCallback((reason: string) => {
    showTrouble(setTrouble, { text: '', problem: makeProblem('scan_not_understood', { reason }) })
  }, [])

  return { pendingCount, trouble, choices, find, choose, clear, tellUnread, refreshing, refreshBill }
}

function showTrouble(show: (trouble: FindTrouble) => void, trouble: FindTrouble): void {
  show(trouble)
  playTone('attention')
}

async function isReceipt(client: ReturnType<typeof useTerminal>, text: string): Promise<boolean> {
  try {
    return (await client.receipt.search({ text })).length > 0
  } catch {
    return false
  }
}
