// Tells the till what the payer should see, whenever that changes. Nothing waits for it. Used by counter.tsx.
import { useTerminal } from '#renderer/parts/terminal.tsx'
import { useEffect } from 'react'
import type { CounterState } from './counter-state.ts'
import { customerView } from './customer-view.ts'

const AGAIN_MS = 2_000

export function useCustomer(state: CounterState): void {
  const client = useTerminal()
  const view = JSON.stringify(customerView(state))
  useEffect(() => {
    let isOver = false
    let timer: number | undefined
    const tell = (): void => {
      client.customer.show(JSON.parse(view) as ReturnType<typeof customerView>).catch(() => {
        // The core is away: said by the status; the payer sees the latest when it is back.
        if (!isOver) timer = window.setTimeout(tell, AGAIN_MS)
      })
    }
    tell()
    return () => {
      isOver = true
      window.clearTimeout(timer)
    }
  }, [client, view])
}
