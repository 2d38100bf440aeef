// Keeps what the payer sees and brings it to the customer display, which asks for it (customer.view), and to the pole display. Made by
// start-host; called by router.ts.
import type { Logger } from 'pino'
import type { PoleDisplay } from '#drivers/display/pole-display.ts'
import type { CustomerLanguage, CustomerShown, CustomerView } from '#rpc/customer.ts'
import type { CardStep } from '#rpc/card.ts'
import type { Store } from '#store/open-store.ts'
import { poleLines } from './pole-lines.ts'

/** Shorter than what an HTTP server or a proxy lets a call wait. */
const WAIT_MS = 5_000
/** Calls that wait at the same time; a till has one customer display, two while one is opened anew. */
const WAITING_MAX = 4

export type CustomerDesk = {
  readonly show: (view: CustomerView) => void
  /** What the card terminal asks the payer for; null: nothing any more. */
  readonly cardStep: (step: CardStep | null) => void
  /** `after`: the number of the last answer; null: now. */
  readonly view: (after: number | null) => Promise<CustomerShown>
  readonly stop: () => Promise<void>
}

export type CustomerPorts = {
  readonly municipalityName: () => string
  readonly language: CustomerLanguage
  /** null: there is none. */
  readonly pole: PoleDisplay | null
  readonly logger: Logger
  readonly waitMs?: number
}

export function startCustomerDesk(ports: CustomerPorts): CustomerDesk {
  const { municipalityName, language, pole, logger, waitMs = WAIT_MS } = ports
  const waiting = new Set<() => void>()
  let shown: CustomerView = { at: 'idle' }
  let cardStep: CardStep | null = null
  let number = 1

  const onPole = (): void => {
    try {
      pole?.show(poleLines(shown, { municipalityName: municipalityName(), cardStep }))
    } catch (error) {
      logger.error({ error }, 'this cannot be shown on the pole display')
    }
  }
  const wakeAll = (): void => {
    for (const wake of waiting) wake()
  }
  const changed = (): void => {
    number += 1
    onPole()
    wakeAll()
  }
  onPole()
  return {
    show: (view) => {
      if (JSON.stringify(view) === JSON.stringify(shown)) return
      shown = view
      changed()
    },
    cardStep: (step) => {
      if (step === cardStep) return
      cardStep = step
      changed()
    },
    view: async (after) => {
      if (after === number) await nextWake(waiting, waitMs)
      return { number, view: shown, cardStep, municipalityName: municipalityName(), language }
    },
    stop: async () => {
      wakeAll()
      await pole?.close()
    },
  }
}

/** Ends with the next change or after `waitMs`; too many who wait send the first one home. */
async function nextWake(waiting: Set<() => void>, waitMs: number): Promise<void> {
  await new Promise<void>((resolve) => {
    const wake = (): void => {
      clearTimeout(timer)
      waiting.delete(wake)
      resolve()
    }
    const timer = setTimeout(wake, waitMs)
    timer.unref()
    waiting.add(wake)
    const [first] = waiting
    if (waiting.size > WAITING_MAX) first?.()
  })
}

export function municipalityNameOf({ device, masters }: Pick<Store, 'device' | 'masters'>): string {
  const tenantId = device()?.tenantId
  return masters()?.tenants.find(({ id }) => id === tenantId)?.name ?? tenantId ?? ''
}
