// Runs one card sale from the press of Start until the terminal has nothing more to do for it. While it runs nothing else may happen on this
// screen; what it came to is told once. Used by tender-card.tsx.
import { problemOf } from '#renderer/parts/problem-of.ts'
import { playTone } from '#renderer/parts/sound.ts'
import { useRefreshStatus, useTerminal } from '#renderer/parts/terminal.tsx'
import type { Problem } from '#contract/problem.ts'
import type { CardSaleView } from '#rpc/card.ts'
import type { Collection, TakeInput } from '#rpc/procedures.ts'
import { useState } from 'react'

const POLL_MS = 350

export type SaleWish = Omit<TakeInput, 'instrument'>

type Outcomes = {
  readonly onCharge: () => void
  /** The terminal has come to rest without a payment; null: the sale itself says why. */
  readonly onRest: (problem: Problem | null) => void
  readonly onTaken: (collection: Collection) => void
}

export function useCard(wish: SaleWish, { onCharge, onRest, onTaken }: Outcomes) {
  const client = useTerminal()
  const refresh = useRefreshStatus()
  const [sale, setSale] = useState<CardSaleView | null>(null)
  const [isStarting, setStarting] = useState(false)

  const rest = async (settled: CardSaleView): Promise<void> => {
    void refresh()
    if (settled.state !== 'posted') {
      playTone('failed')
      return onRest(null)
    }
    const collection = await client.collection.get({ collectionId: settled.collectionId })
    playTone('paid')
    onTaken(collection)
  }
  const watch = async (first: CardSaleView): Promise<void> => {
    const { reference } = first
    let current = first
    setSale(current)
    // Ends when the terminal does: every sale comes to rest, or the till's program ends.
    while (current.live !== null) {
      await new Promise((resolve) => {
        window.setTimeout(resolve, POLL_MS)
      })
      try {
        current = await client.card.progress({ reference })
        setSale(current)
      } catch {
        // Asked again at the next turn.
      }
    }
    await rest(current)
  }
  const run = async (): Promise<void> => {
    try {
      await watch(await client.card.start(wish))
    } catch (error) {
      const problem = problemOf(error)
      playTone('attention')
      if (problem !== null) return onRest(problem)
      // The answer was lost: a sale that was written down stands in the list, under this collection.
      const sales = await client.card.open()
      const own = sales.find(({ collectionId }) => collectionId === wish.collectionId)
      if (own === undefined) return onRest(null)
      await watch(own)
    }
  }

  const start = () => {
    if (isStarting) return
    setStarting(true)
    setSale(null)
    onCharge()
    run()
      .catch(() => onRest(null))
      .finally(() => setStarting(false))
  }

  const cancel = () => {
    // What became of it is told by the watch.
    if (sale !== null) client.card.cancel({ reference: sale.reference }).catch(() => undefined)
  }
  return { sale, start, cancel, setSale }
}
