// Puts the till's devices to work: printers, drawer, card terminal, scanners, displays. A part is replaced while the till runs when a
// supervisor sets up another device. Called by start-host.ts.
import type { Logger } from 'pino'
import type { CardSale } from '#core/cards/card-sale.ts'
import { waitForNumber } from '#core/receipts/print-queue.ts'
import { receiptQr } from '#core/receipts/receipt.ts'
import { createBadgeNames } from '#host/scans/badge-numbers.ts'
import { startCardRunner } from '#host/cards/card-runner.ts'
import { municipalityNameOf, startCustomerDesk } from '#host/counter/customer-desk.ts'
import { DRAWER_POLL_MS, startDrawerDesk } from '#host/counter/drawer-desk.ts'
import { startPrintRunner, type PrintRunner } from '#host/paper/print-runner.ts'
import { receiptDocument } from '#host/paper/receipt-layout.ts'
import { factsOf } from '#host/router.ts'
import { startScanDesk } from '#host/scans/scan-desk.ts'
import type { HostOptions } from '#host/terminal-host.ts'
import type { Till } from '#host/till.ts'
import type { HostTuning } from '#host/tuning.ts'
import type { Store } from '#store/open-store.ts'
import type { DeviceBook } from './device-book.ts'
import { drawerNote, type Note } from './device-diary.ts'
import { createFittings, CUSTOMER_ID, DRAWER_ID, POLE_ID } from './fittings.ts'
import { replaceableCards, replaceablePrinting, replaceableScanDesk } from './replaceable.ts'
import { watchPole } from './watched-pole.ts'

type DevicePorts = {
  readonly options: HostOptions
  readonly store: Store
  readonly devices: DeviceBook
  readonly tuning: HostTuning
  readonly logger: Logger
  readonly isOnline: () => boolean
  /** What badges are known by; null while this device does not have it. */
  readonly pepper: () => Uint8Array | null
  /** A card was charged: makes its payment. */
  readonly finish: (sale: CardSale) => void
}

export type RunningDevices = {
  readonly parts: Pick<Till, 'drawer' | 'customer' | 'printing' | 'cards' | 'scanDesk' | 'fittings'>
  /** All but the printer, which is stopped last. */
  readonly stopTaking: () => Promise<void>
}

export function startDevices(ports: DevicePorts): RunningDevices {
  const { options, store, devices, tuning, logger, isOnline, pepper, finish } = ports
  const { clock } = tuning
  const { diary } = devices
  const receiptLanguage = options.receiptLanguage ?? 'en'
  const nowMs = (): number => clock.read().wallMs
  const { isUnattended = false, drawerOpenLevel: openLevel = 'unknown' } = options
  const drawer = startDrawerDesk({
    store,
    printing: () => printing,
    clock,
    logger,
    openLevel,
    isUnattended,
    tell: (happening) => void diary.note(DRAWER_ID, drawerNote(happening)),
  })
  const startPrinting = (): PrintRunner =>
    startPrintRunner({
      store,
      printers: devices.printers(),
      clock,
      logger,
      pollMs: openLevel === 'unknown' ? tuning.printerPollMs : Math.min(tuning.printerPollMs, DRAWER_POLL_MS),
      onDrawerSwitch: drawer.noteSwitch,
      documentOf: (job) => {
        const record = store.payment(job.paymentId)
        if (record === null) return null
        const copy = {
          copyNumber: job.copyNumber,
          printedAtMs: clock.read().wallMs,
          printedBy: job.requestedBy,
        }
        return receiptDocument(factsOf({ store }, record), { copy, language: receiptLanguage })
      },
      waitOf: (job, waitedMs) => {
        const record = store.payment(job.paymentId)
        const isProvisional = record !== null && factsOf({ store }, record).standing === 'provisional'
        const waitMaxMs = tuning.numberWaitMs
        return waitForNumber(job, { isOnline: isOnline(), isProvisional, waitedMs, waitMaxMs })
      },
    })
  const printing = replaceablePrinting(startPrinting)
  const cards = replaceableCards(() =>
    startCardRunner({
      store,
      terminal: devices.terminal(),
      clock,
      logger,
      askAgainMs: tuning.cardAskAgainMs,
      post: finish,
      onStep: (step) => customer.cardStep(step),
    }),
  )
  const badgeNames = createBadgeNames({ operators: () => store.masters()?.operators ?? [], pepper })
  const scanDesk = replaceableScanDesk(() =>
    startScanDesk({ scanners: devices.scanners(), readers: devices.readers(), badgeNames, logger, nowMs }),
  )
  const users = { printer: printing, scanner: scanDesk, card_reader: scanDesk, card_terminal: cards }
  devices.connect({
    isBusy: (kind) => kind === 'card_terminal' && !cards.isIdle(),
    // Only the terminal that has a sale can say what became of it.
    isHeld: (kind) => kind === 'card_terminal' && store.openSales().length > 0,
    renew: async (kind) => await users[kind].renew(),
  })
  const poleAddress = options.poleDisplay ?? null
  const notePole = (note: Note): void => void diary.note(POLE_ID, note)
  const pole = poleAddress === null ? null : watchPole(poleAddress, { nowMs, note: notePole })
  const customer = startCustomerDesk({
    municipalityName: () => municipalityNameOf(store),
    language: receiptLanguage.includes('pa') ? 'pa' : 'hi',
    receiptCode: (paymentId) => {
      const record = store.payment(paymentId)
      if (record === null) return null
      const receipt = factsOf({ store }, record)
      return { number: receipt.receiptNumber, code: receiptQr(receipt) }
    },
    pole: pole?.display ?? null,
    nowMs,
    onScreen: (isOpen) =>
      void diary.note(CUSTOMER_ID, {
        tone: isOpen ? 'green' : 'amber',
        what: isOpen ? 'opened' : 'closed',
      }),
    logger,
  })
  const fittings = createFittings({
    devices,
    diary,
    drawer,
    customer,
    pole,
    drawerOpenLevel: openLevel,
    isUnattended,
    isScreenWanted: options.isCustomerDisplayWanted ?? false,
  })
  return {
    parts: { drawer, customer, printing, cards, scanDesk, fittings },
    stopTaking: async () => {
      await cards.stop()
      await Promise.all([scanDesk.stop(), devices.stop(), customer.stop()])
    },
  }
}
