// Implements every procedure between screens and core: each handler names what it needs of the till and hands it to core.
// Called by start-host; both shells serve what comes out.
import { implement, type Router } from '@orpc/server'
import type { Logger } from 'pino'
import { ProblemError } from '#contract/problem.ts'
import { findBills, refreshBill, type FindPorts } from '#core/bills/find-bill.ts'
import { readReceiptQr, receiptOf } from '#core/receipts/receipt.ts'
import type { PaymentRecord } from '#core/records.ts'
import { openShift } from '#core/drawer/shift.ts'
import { signIn } from '#core/people/sign-in.ts'
import { checkPayment } from '#core/take-payment.ts'
import { unlock, unlockChallenge, type UnlockPorts } from '#core/people/unlock.ts'
import { sha256 } from '#store/journal/check-file.ts'
import { procedures, type Procedures } from '#rpc/procedures.ts'
import { randomInt, randomUUID } from 'node:crypto'
import {
  cancelCard,
  cardProgress,
  closeCard,
  openCards,
  postCard,
  resolveCard,
  reverseCard,
  startCard,
} from './cards/card-handlers.ts'
import { callError, checkCaller } from './call-rules.ts'
import { refuseCardNumbers } from './cards/card-number-guard.ts'
import { eventsOf, listDevices } from './devices/device-handlers.ts'
import { endDay } from './devices/end-day.ts'
import { decodeText } from './devices/scan-words.ts'
import { supportBundle } from './devices/support-bundle.ts'
import { testDevice } from './devices/test-device.ts'
import {
  actVirtually,
  lastSlip,
  setVirtualFault,
  setVirtualScript,
  virtualDevices,
} from './devices/virtual-panel.ts'
import { rescueAnswer } from './rescue/rescue-answer.ts'
import type { RescueResult } from './rescue/rescue-folder.ts'
import { chooseRoutes, fetchPacksNow, listRoutes, offerRoutes } from './packs/packs-handlers.ts'
import { readinessOf } from './readiness-handlers.ts'
import { confirmPrint, printsOf, reprint } from './paper/reprint-handlers.ts'
import { renderReceipt } from './paper/render-receipt.ts'
import { statusOf } from './status.ts'
import { actOnException, billNow, listExceptions } from './supervisor-handlers.ts'
import {
  closeDrawer,
  countDrawer,
  handIn,
  lastCloseOf,
  printRecord,
  reportOf,
} from './counter/shift-handlers.ts'
import { situationOf, takeNow, trading } from './taking.ts'
import type { CallContext } from './terminal-host.ts'
import { operatorOf, tillOf, type Access, type Till } from './till.ts'

type RouterParts = { readonly logger: Logger; readonly rescue: () => Promise<RescueResult> }

export function createRouter(
  access: Access,
  { logger, rescue }: RouterParts,
): Router<Procedures, CallContext> {
  const os = implement(procedures)
    .$context<CallContext>()
    .use(async ({ procedure, path, next }, input) => {
      try {
        checkCaller(access, path.join('.'), procedure['~orpc'].meta)
        refuseCardNumbers(path.join('.'), input)
        return await next()
      } catch (error) {
        throw callError(error, { procedure, path, logger })
      }
    })
  const till = () => tillOf(access)

  return os.router({
    terminal: { status: os.terminal.status.handler(() => statusOf(access)) },
    readiness: { get: os.readiness.get.handler(() => readinessOf(access)) },
    devices: {
      scans: os.devices.scans.handler(async ({ input }) => await till().scanDesk.scans(input.after)),
      keyboard: os.devices.keyboard.handler(() => ({ prefix: till().scanPrefix })),
      list: os.devices.list.handler(() => listDevices(till())),
      events: os.devices.events.handler(({ input }) => eventsOf(till(), input.id)),
      test: os.devices.test.handler(async ({ input }) => await testDevice(till(), input.id)),
      decode: os.devices.decode.handler(({ input }) => decodeText(input.text)),
      bundle: os.devices.bundle.handler(async () => await supportBundle(access)),
      endDay: os.devices.endDay.handler(async ({ input }) => await endDay(till(), input.id)),
      found: os.devices.found.handler(async () => await till().devices.found()),
      use: os.devices.use.handler(async ({ input }) => await till().devices.use(input)),
      rename: os.devices.rename.handler(({ input }) => till().devices.rename(input.id, input.name)),
      remove: os.devices.remove.handler(async ({ input }) => {
        await till().devices.remove(input.id)
        return {}
      }),
    },
    virtual: {
      list: os.virtual.list.handler(() => ({ devices: virtualDevices(till()) })),
      slip: os.virtual.slip.handler(({ input }) => lastSlip(till(), input.id)),
      fault: os.virtual.fault.handler(({ input }) => setVirtualFault(till(), input)),
      act: os.virtual.act.handler(({ input }) => actVirtually(till(), input)),
      script: os.virtual.script.handler(({ input }) => setVirtualScript(till(), input)),
    },
    packs: {
      list: os.packs.list.handler(() => listRoutes(till())),
      offers: os.packs.offers.handler(async () => await offerRoutes(till())),
      choose: os.packs.choose.handler(({ input }) => chooseRoutes(till(), input.routeIds)),
      fetchNow: os.packs.fetchNow.handler(() => fetchPacksNow(till())),
    },
    operators: {
      list: os.operators.list.handler(() =>
        (till().store.masters()?.operators ?? []).map(({ id, code, name, role }) => ({
          id,
          code,
          name,
          role,
        })),
      ),
    },
    session: {
      signIn: os.session.signIn.handler(async ({ input }) => {
        const { store, integrator, clock, session, pinCheck, isUnattended } = till()
        session.operator = await signIn({ store, integrator, clock, pinCheck, isUnattended }, input)
        return session.operator
      }),
      unlockChallenge: os.session.unlockChallenge.handler(({ input }) =>
        unlockChallenge(unlockPorts(till()), input.operatorCode),
      ),
      unlock: os.session.unlock.handler(({ input }) => {
        unlock(unlockPorts(till()), input)
        return {}
      }),
      signOut: os.session.signOut.handler(() => {
        till().session.operator = null
        till().customer.show({ at: 'idle' })
        return {}
      }),
    },
    shift: {
      open: os.shift.open.handler(({ input }) => {
        const { store, clock } = trading(till())
        const operator = operatorOf(till())
        const at = clock.read()
        const shift = openShift({ store, newId: randomUUID }, input.denominations, { operator, at })
        if (shift.floatPaise > 0) till().drawer.cashMoved()
        return shift
      }),
      report: os.shift.report.handler(() => reportOf(till())),
      handIn: os.shift.handIn.handler(async ({ input }) => await handIn(till(), input)),
      count: os.shift.count.handler(({ input }) => countDrawer(till(), input)),
      close: os.shift.close.handler(({ input }) => closeDrawer(till(), input)),
      lastClose: os.shift.lastClose.handler(() => lastCloseOf(till())),
      print: os.shift.print.handler(async ({ input }) => await printRecord(till(), input.recordId)),
    },
    bill: {
      find: os.bill.find.handler(async ({ input }) => ({
        bills: await findBills(findPorts(till()), input.text),
      })),
      refresh: os.bill.refresh.handler(async ({ input }) => await refreshBill(findPorts(till()), input)),
    },
    payment: {
      check: os.payment.check.handler(({ input }) => ({
        problem: checkPayment(
          { store: till().store, sha256 },
          input,
          situationOf(till(), operatorOf(till()).id),
        ),
      })),
      take: os.payment.take.handler(({ input }) => takeNow(till(), input, operatorOf(till()).id)),
    },
    card: {
      start: os.card.start.handler(({ input }) => startCard(till(), input)),
      progress: os.card.progress.handler(({ input }) => cardProgress(till(), input.reference)),
      cancel: os.card.cancel.handler(async ({ input }) => await cancelCard(till(), input.reference)),
      resolve: os.card.resolve.handler(async ({ input }) => await resolveCard(till(), input.reference)),
      open: os.card.open.handler(() => openCards(till())),
      post: os.card.post.handler(({ input }) => postCard(till(), input.reference)),
      reverse: os.card.reverse.handler(async ({ input }) => await reverseCard(till(), input)),
      close: os.card.close.handler(async ({ input }) => await closeCard(till(), input)),
    },
    collection: {
      get: os.collection.get.handler(({ input }) => {
        const view = till().store.collection(input.collectionId)
        if (view === null) throw new ProblemError('payment_not_found')
        return view
      }),
    },
    receipt: {
      search: os.receipt.search.handler(({ input }) => searchReceipts(till(), input.text)),
      get: os.receipt.get.handler(({ input }) => receiptDetail(till(), input.paymentId)),
      reprint: os.receipt.reprint.handler(async ({ input }) => await reprint(till(), input)),
      confirmPrint: os.receipt.confirmPrint.handler(({ input }) => confirmPrint(till(), input)),
      render: os.receipt.render.handler(({ input }) => {
        const receipt = factsOf(till(), recordOf(till(), input.paymentId))
        return renderReceipt(receipt, {
          form: input.form,
          profile: till().profile,
          language: till().receiptLanguage,
        })
      }),
    },
    drawer: {
      open: os.drawer.open.handler(
        async ({ input }) => await till().drawer.noSale(input, operatorOf(till())),
      ),
    },
    customer: {
      show: os.customer.show.handler(({ input }) => {
        till().customer.show(input)
        return {}
      }),
      view: os.customer.view.handler(async ({ input }) => await till().customer.view(input.after)),
    },
    rescue: { make: os.rescue.make.handler(async () => rescueAnswer(await rescue())) },
    exceptions: {
      list: os.exceptions.list.handler(async () => await listExceptions(till())),
      act: os.exceptions.act.handler(async ({ input }) => await actOnException(till(), input)),
      billNow: os.exceptions.billNow.handler(async ({ input }) => await billNow(till(), input)),
    },
    queue: {
      list: os.queue.list.handler(() => till().store.queue()),
      sendNow: os.queue.sendNow.handler(async () => await till().sync.sendNow()),
    },
  })
}

function unlockPorts({ store, clock, secrets }: Till): UnlockPorts {
  return { store, clock, randomBelow: randomInt, answerTo: secrets.answerTo }
}

function findPorts({ store, integrator, link, clock, session, codesIn }: Till): FindPorts {
  const isKiosk = session.operator?.role === 'kiosk'
  return { store, integrator, isOffline: !link.isOnline(), isKiosk, codesIn, at: clock.read() }
}

function recordOf({ store }: Till, paymentId: string): PaymentRecord {
  const record = store.payment(paymentId)
  if (record === null) throw new ProblemError('payment_not_found')
  return record
}

export function factsOf({ store }: Pick<Till, 'store'>, record: PaymentRecord): ReturnType<typeof receiptOf> {
  const device = store.device()
  if (device === null) throw new Error('a till with payments is somebody')
  const { instrument } = record.payment
  const reference = instrument.mode === 'CARD' ? instrument.saleReference : undefined
  const cardSale = reference === undefined ? null : store.cardSale(reference)
  return receiptOf(record, { device, masters: store.masters(), cardSale })
}

function searchReceipts({ store }: Till, text: string): ReturnType<Till['store']['search']> {
  const scanned = readReceiptQr(text)
  if (scanned === null) return store.search(text)
  const row = store.row(scanned.paymentId)
  return row === null ? [] : [row]
}

function receiptDetail(till: Till, paymentId: string) {
  const record = recordOf(till, paymentId)
  const row = till.store.row(paymentId)
  if (row === null) throw new ProblemError('payment_not_found')
  return {
    row,
    receipt: factsOf(till, record),
    steps: record.status?.steps ?? [],
    prints: printsOf(till, paymentId),
  }
}
