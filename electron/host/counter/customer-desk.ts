// Keeps what the payer sees and brings it to the customer display, which asks for it (customer.view), and to the pole display. Made by
// devices/start-devices.ts; called by router.ts.
import type { Logger } from 'pino'
import type { PoleDisplay } from '#drivers/display/pole-display.ts'
import type { CustomerLanguage, CustomerShown, CustomerView, ReceiptCode } from '#rpc/customer.ts'
import type { CardStep } from '#rpc/card.ts'
import type { Store } from '#store/open-store.ts'
import { poleLines } from './pole-lines.ts'

/** How long a test is shown. */
export const TEST_SHOWN_MS = 5_000
/** A page asks again at once, and a moment later when the till was away: after this its window is gone. */
const GONE_MS = 6_000
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
  /** Whether a window is there; it shows only in its asking. */
  readonly screen: () => {
    readonly isOpen: boolean
    readonly lastSeenAtMs: number | null
    readonly isPaying: boolean
  }
  /** Shows a test for TEST_SHOWN_MS, or until there is something for the payer. */
  readonly testScreen: () => void
  readonly testPole: () => void
  readonly stop: () => Promise<void>
}

export type CustomerPorts = {
  readonly municipalityName: () => string
  readonly language: CustomerLanguage
  /** null: this till has no such payment. */
  readonly receiptCode: (paymentId: string) => ReceiptCode | null
  /** null: there is none. */
  readonly pole: PoleDisplay | null
  readonly logger: Logger
  readonly nowMs: () => number
  /** A window was opened for the payer, or is gone. */
  readonly onScreen?: (isOpen: boolean) => void
  readonly waitMs?: number
  readonly testShownMs?: number
  readonly goneMs?: number
}

export function startCustomerDesk(ports: CustomerPorts): CustomerDesk {
  const { municipalityName, language, receiptCode, pole, logger, nowMs } = ports
  const { waitMs = WAIT_MS, testShownMs = TEST_SHOWN_MS, goneMs = GONE_MS } = ports
  const waiting = new Set<() => void>()
  let shown: CustomerView = { at: 'idle' }
  let receiptCodes: ReceiptCode[] = []
  let cardStep: CardStep | null = null
  let number = 1
  let asking = 0
  let lastSeenAtMs: number | null = null
  let isOpen = false
  let leaving: NodeJS.Timeout | undefined
  let screenTest: NodeJS.Timeout | null = null
  let poleTest: NodeJS.Timeout | null = null

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
  const here = (isHere: boolean): void => {
    clearTimeout(leaving)
    if (isHere !== isOpen) ports.onScreen?.(isHere)
    isOpen = isHere
  }
  const endTests = (): void => {
    for (const timer of [screenTest, poleTest]) if (timer !== null) clearTimeout(timer)
    screenTest = null
    poleTest = null
  }
  const changed = (): void => {
    endTests()
    number += 1
    onPole()
    wakeAll()
  }
  onPole()
  return {
    show: (view) => {
      if (JSON.stringify(view) === JSON.stringify(shown)) return
      receiptCodes =
        view.at === 'done' ? view.paymentIds.map(receiptCode).filter((code) => code !== null) : []
      shown = view
      changed()
    },
    cardStep: (step) => {
      if (step === cardStep) return
      cardStep = step
      changed()
    },
    view: async (after) => {
      here(true)
      asking += 1
      if (after === number) await nextWake(waiting, waitMs)
      asking -= 1
      lastSeenAtMs = nowMs()
      if (asking === 0) leaving = setTimeout(() => here(false), goneMs).unref()
      return {
        number,
        view: shown,
        receiptCodes,
        cardStep,
        isTest: screenTest !== null,
        municipalityName: municipalityName(),
        language,
      }
    },
    screen: () => ({
      isOpen,
      lastSeenAtMs: isOpen ? nowMs() : lastSeenAtMs,
      isPaying: shown.at === 'paying',
    }),
    testScreen: () => {
      if (screenTest !== null) clearTimeout(screenTest)
      const renew = (): void => {
        number += 1
        wakeAll()
      }
      screenTest = setTimeout(() => {
        screenTest = null
        renew()
      }, testShownMs).unref()
      renew()
    },
    testPole: () => {
      if (poleTest !== null) clearTimeout(poleTest)
      poleTest = setTimeout(() => {
        poleTest = null
        onPole()
      }, testShownMs).unref()
      pole?.show(POLE_TEST)
    },
    stop: async () => {
      endTests()
      clearTimeout(leaving)
      wakeAll()
      await pole?.close()
    },
  }
}

/** Every column of both lines. */
const POLE_TEST = { upper: '12345678901234567890', lower: 'TEST OF THE DISPLAY' }

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
