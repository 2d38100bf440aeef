// Asks the till what the payer should see, one call after another, for as long as the page is open. Started by main.tsx.
import type { CustomerShown } from '#rpc/customer.ts'
import type { TerminalClient } from '#rpc/procedures.ts'

const AGAIN_MS = 1_500
/** A till that is away so often in a row: an amount of a while ago must not stand there any more. */
const MISSES_MAX = 3

type Ports = {
  readonly client: { readonly customer: Pick<TerminalClient['customer'], 'view'> }
  /** null: the till is away. */
  readonly tell: (shown: CustomerShown | null) => void
  readonly pause?: (ms: number) => Promise<void>
  readonly isOver?: () => boolean
}

export async function followCustomer({ client, tell, pause = sleep, isOver = never }: Ports): Promise<void> {
  let after: number | null = null
  let misses = 0
  while (!isOver()) {
    try {
      const shown: CustomerShown = await client.customer.view({ after })
      misses = 0
      if (shown.number !== after) tell(shown)
      after = shown.number
    } catch {
      misses += 1
      if (misses === MISSES_MAX) {
        after = null
        tell(null)
      }
      await pause(AGAIN_MS)
    }
  }
}

async function sleep(ms: number): Promise<void> {
  await new Promise<void>((resolve) => {
    setTimeout(resolve, ms)
  })
}

/** The page ends with its window. */
function never(): boolean {
  return false
}
