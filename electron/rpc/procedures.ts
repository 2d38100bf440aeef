// The one list of procedures between a screen and the terminal's core, carried alike by both shells.
// `meta` (callers.ts) says who may call; the host enforces it. Times are epoch ms, money is paise.
import { roleSchema } from '#contract/api.ts'
import {
  billKeySchema,
  paperInstrumentSchemas,
  payerSchema,
  paymentIdSchema,
  postingStateSchema,
  postingStepSchema,
  suspenseReasonSchema,
} from '#contract/payment.ts'
import { billSchema, epochMsSchema, tenantIdSchema } from '#contract/bill.ts'
import { paiseSchema } from '#contract/money.ts'
import { mayAnswer, problemSchema } from '#contract/problem.ts'
import { receiptSchema, receiptStandingSchema } from '#contract/receipt.ts'
import type { ContractRouterClient } from '@orpc/contract'
import * as z from 'zod'
import { codeAndPinSchema, inShift, open, PERSON_NOT_BELIEVED, signedIn } from './callers.ts'
import { cardProcedures, cardStatusSchema } from './card.ts'
import { clockStandingSchema, consentSchema, limitWarningsSchema, NOTHING_AGREED } from './till-rules.ts'
import { dayEndProcedures } from './day-end.ts'
import { deviceCheckProcedures, deviceProcedures, virtualProcedures } from './devices.ts'
import { customerProcedures } from './customer.ts'
import { drawerProcedures, drawerStandingSchema } from './drawer.ts'
import { enrolmentViewSchema, NOT_BELIEVED, NOT_LET_IN } from './enrolment.ts'
import { rescueProcedures } from './rescue.ts'
import { packProcedures } from './packs.ts'
import { readinessProcedures } from './readiness.ts'
import { notesSchema, shiftProcedures } from './shift.ts'
import { supervisorProcedures } from './supervisor.ts'
import { unlockProcedures, vaultStandingSchema } from './unlock.ts'

/** Bills in one collection (one payer, one instrument). */
export const COLLECTION_LINES_MAX = 20
export const SEARCH_ROWS_MAX = 50
export const QUEUE_ROWS_MAX = 500

export const operatorTileSchema = z.strictObject({
  id: z.string(),
  code: z.string(),
  name: z.string(),
  role: roleSchema,
})
export type OperatorTile = z.infer<typeof operatorTileSchema>

export const shiftSchema = z.strictObject({
  id: z.uuid(),
  /** Counts up on this device. */
  number: z.int().min(1),
  operatorId: z.string(),
  operatorName: z.string(),
  openedAtMs: epochMsSchema,
  /** Opened with the shift: its receipts belong to the financial year of this day. */
  businessDate: z.iso.date(),
  floatPaise: paiseSchema,
  /** Float plus cash received minus change given and cash handed in. */
  cashInHandPaise: paiseSchema,
  collectedPaise: paiseSchema,
  receiptCount: z.int().min(0),
})
export type Shift = z.infer<typeof shiftSchema>

export const terminalStatusSchema = z.strictObject({
  version: z.string(),
  nowMs: epochMsSchema,
  isDemo: z.boolean(),
  tenant: z
    .strictObject({ id: tenantIdSchema, name: z.string(), helpLine: z.string().nullable() })
    .nullable(),
  deviceCode: z.string().nullable(),
  enrolment: enrolmentViewSchema,
  /** Not null: trading is stopped and this says why. */
  stopped: problemSchema.nullable(),
  /** What keeps the till's secrets. */
  vault: vaultStandingSchema,
  operator: operatorTileSchema.nullable(),
  shift: shiftSchema.nullable(),
  link: z.strictObject({
    isOnline: z.boolean(),
    offlineSinceMs: epochMsSchema.nullable(),
    lastSyncAtMs: epochMsSchema.nullable(),
  }),
  /** The integrator's last signed word about this till's records; null before the first. */
  handover: z
    .strictObject({
      acknowledgedAtMs: epochMsSchema,
      /** What is acknowledged stays on the till at least until then. */
      retainUntilMs: epochMsSchema,
    })
    .nullable(),
  queue: z.strictObject({
    /** Not yet acknowledged by the integrator. */
    waitingCount: z.int().min(0),
    waitingPaise: paiseSchema,
    oldestMs: epochMsSchema.nullable(),
    /** Acknowledged, but DIGIT's receipt number has not come yet. */
    pendingCount: z.int().min(0),
    /** Needs a person. */
    attentionCount: z.int().min(0),
  }),
  /** The office's limits that are near or reached; the others are left out. */
  limits: limitWarningsSchema,
  clock: clockStandingSchema,
  card: cardStatusSchema,
  printer: z.strictObject({
    name: z.string(),
    state: z.enum(['ready', 'not_ready', 'unreachable', 'unknown', 'absent']),
    problem: problemSchema.nullable(),
    waitingJobs: z.int().min(0),
    /** The second printer, where one is set up. */
    spare: z
      .strictObject({
        name: z.string(),
        /** The latest slip went there because the first printer could not take it. */
        isInUse: z.boolean(),
      })
      .nullable(),
  }),
  drawer: drawerStandingSchema,
  lastReceipt: z
    .strictObject({ paymentId: paymentIdSchema, receiptNumber: z.string(), amountPaise: paiseSchema })
    .nullable(),
})
export type TerminalStatus = z.infer<typeof terminalStatusSchema>

export const foundBillSchema = z.strictObject({
  bill: billSchema,
  serviceName: z.string(),
  taxHeadNames: z.record(z.string(), z.string()),
  /** cache: the integrator was away; `bill.fetchedAtMs` tells how old it is. */
  source: z.enum(['integrator', 'cache', 'pack']),
  /** The bill pack it comes from; not null exactly for source pack. */
  pack: z
    .strictObject({ preparedAtMs: epochMsSchema, standing: z.enum(['fresh', 'aging', 'too_old']) })
    .nullable(),
  /** Not null: this bill cannot be paid now, and why. */
  obstacle: problemSchema.nullable(),
})
export type FoundBill = z.infer<typeof foundBillSchema>

/** Words of the four outcomes a payment can have at the till (ux: paid, waiting, not known, held). */
export const printStateSchema = z.enum([
  'queued',
  'sending',
  'sent',
  'printed',
  'interrupted',
  'failed',
  'unknown',
  'absent',
])

export const paymentRowSchema = z.strictObject({
  paymentId: paymentIdSchema,
  collectionId: z.uuid(),
  receiptNumber: z.string(),
  digitReceiptNumber: z.string().nullable(),
  standing: receiptStandingSchema,
  serviceName: z.string(),
  consumerCode: z.string(),
  payerName: z.string().nullable(),
  amountPaise: paiseSchema,
  mode: z.string(),
  collectedAtMs: epochMsSchema,
  /** null: the integrator has not acknowledged it yet. */
  state: postingStateSchema.nullable(),
  reason: suspenseReasonSchema.nullable(),
  /** The part that DIGIT did not take. */
  heldPaise: paiseSchema,
  printState: printStateSchema,
  /** Copies printed after the original. */
  copies: z.int().min(0),
})
export type PaymentRow = z.infer<typeof paymentRowSchema>

export const queueRowSchema = z.strictObject({
  ...paymentRowSchema.shape,
  attempts: z.int().min(0),
  lastProblem: problemSchema.nullable(),
  nextTryAtMs: epochMsSchema.nullable(),
})
export type QueueRow = z.infer<typeof queueRowSchema>

export const collectionLineSchema = z.strictObject({
  /** Made by the screen when the tender screen opens: a double tap carries the same id. */
  paymentId: paymentIdSchema,
  /** The core reads the bill from its own store by this id; the screen's figures are never trusted. */
  billId: z.string().min(1).max(64),
  amountPaise: paiseSchema,
})

/** What the operator confirmed. For CASH the change is computed by the core. */
export const tenderedInstrumentSchema = z.discriminatedUnion('mode', [
  z.strictObject({ mode: z.literal('CASH'), tenderedPaise: paiseSchema }),
  ...paperInstrumentSchemas,
  /** Charged by the card terminal: everything else comes from the record of the sale. */
  z.strictObject({ mode: z.literal('CARD_SALE'), reference: z.string().regex(/^[0-9A-Z]{1,10}$/) }),
])
export type TenderedInstrument = z.infer<typeof tenderedInstrumentSchema>

export const takeInputSchema = z.strictObject({
  collectionId: z.uuid(),
  lines: z.array(collectionLineSchema).min(1).max(COLLECTION_LINES_MAX),
  instrument: tenderedInstrumentSchema,
  payer: payerSchema,
  consent: consentSchema.default(NOTHING_AGREED),
})
export type TakeInput = z.infer<typeof takeInputSchema>

export const collectionSchema = z.strictObject({
  collectionId: z.uuid(),
  totalPaise: paiseSchema,
  tenderedPaise: paiseSchema.nullable(),
  changePaise: paiseSchema,
  isOffline: z.boolean(),
  payments: z.array(paymentRowSchema).max(COLLECTION_LINES_MAX),
})
export type Collection = z.infer<typeof collectionSchema>

const moneyProblems = mayAnswer(
  'bill_not_found',
  'bill_other_tenant',
  'bill_fractional',
  'bill_expired',
  'bill_changed',
  'bill_already_paid',
  'pack_too_old',
  'nothing_due',
  'service_closed',
  'amount_not_whole',
  'amount_not_positive',
  'amount_below_minimum',
  'part_payment_not_allowed',
  'amount_above_due',
  'mode_not_allowed',
  'tender_too_small',
  'cheque_too_old',
  'instrument_in_future',
  'instrument_invalid',
  'payer_name_invalid',
  'mobile_invalid',
  'collection_too_large',
  'payment_conflict',
  'clock_set_back',
  'clock_far_off',
  'limit_reached',
  'card_number_refused',
  'card_sale_required',
  'card_sale_open',
  'card_sale_not_found',
  'card_sale_not_allowed',
  ...NOT_LET_IN,
)
const collectionShapes = { takeInput: takeInputSchema, collection: collectionSchema, moneyProblems }
export type CollectionShapes = typeof collectionShapes
const lookupProblems = mayAnswer(
  'bill_not_found',
  'scan_not_understood',
  'bill_other_tenant',
  'bill_already_paid',
  'integrator_unreachable',
  ...NOT_BELIEVED,
  'digit_unreachable',
  'digit_bad_answer',
  'digit_refused',
  'digit_login_failed',
  'too_many_requests',
  'not_ready',
)

export const procedures = {
  readiness: readinessProcedures,
  packs: packProcedures,
  devices: { ...deviceProcedures, ...deviceCheckProcedures, ...dayEndProcedures },
  virtual: virtualProcedures,
  terminal: {
    /** Everything the frame of every screen shows; polled. */
    status: open.output(terminalStatusSchema),
  },
  operators: {
    list: open.output(z.array(operatorTileSchema).max(500)),
  },
  session: {
    signIn: open
      .input(codeAndPinSchema)
      .output(operatorTileSchema)
      .errors(mayAnswer(...PERSON_NOT_BELIEVED, 'role_not_allowed')),
    ...unlockProcedures,
    /** Locks the till; an open shift stays open. */
    signOut: open.output(z.strictObject({})),
  },
  shift: {
    open: signedIn
      .input(z.strictObject({ denominations: notesSchema }))
      .output(shiftSchema)
      .errors(mayAnswer('shift_already_open', 'clock_set_back', 'clock_far_off', ...NOT_LET_IN)),
    ...shiftProcedures,
  },
  bill: {
    /** A scan or what was typed: consumer code, mobile number, bill QR. */
    find: inShift
      .input(z.strictObject({ text: z.string().trim().min(1).max(2048) }))
      .output(z.strictObject({ bills: z.array(foundBillSchema).max(SEARCH_ROWS_MAX) }))
      .errors(lookupProblems),
    /** The same debt as DIGIT sees it now: new id and total after an expiry. */
    refresh: inShift.input(billKeySchema).output(foundBillSchema).errors(lookupProblems),
  },
  payment: {
    /** Says what would stop this payment, without recording anything. */
    check: inShift.input(takeInputSchema).output(z.strictObject({ problem: problemSchema.nullable() })),
    /** Records the payments of one collection in one commit; repeating the same call gives the same answer. */
    take: inShift.input(takeInputSchema).output(collectionSchema).errors(moneyProblems),
  },
  collection: {
    get: inShift
      .input(z.strictObject({ collectionId: z.uuid() }))
      .output(collectionSchema)
      .errors(mayAnswer('payment_not_found')),
  },
  card: cardProcedures(collectionShapes),
  receipt: {
    /** By receipt number (ours or DIGIT's), consumer code, payer name, mobile, or a scanned receipt. Empty: the newest. */
    search: signedIn
      .input(z.strictObject({ text: z.string().trim().max(2048) }))
      .output(z.array(paymentRowSchema).max(SEARCH_ROWS_MAX)),
    get: signedIn
      .input(z.strictObject({ paymentId: paymentIdSchema }))
      .output(
        z.strictObject({
          row: paymentRowSchema,
          receipt: receiptSchema,
          /** The integrator's steps, oldest first; empty before the first acknowledgement. */
          steps: z.array(postingStepSchema).max(500),
          prints: z
            .array(
              z.strictObject({
                /** 0 = original, 1… = duplicate copies. */
                copyNumber: z.int().min(0),
                state: printStateSchema,
                atMs: epochMsSchema,
                problem: problemSchema.nullable(),
                /** Which printer has it; null before its first byte. */
                printer: z.string().nullable(),
              }),
            )
            .max(500),
        }),
      )
      .errors(mayAnswer('payment_not_found')),
    /** Queues one more copy, marked and counted; never touches money. `isOnSpare`: on the second printer. */
    reprint: signedIn
      .input(z.strictObject({ paymentId: paymentIdSchema, isOnSpare: z.boolean().optional() }))
      .output(
        z.strictObject({
          copyNumber: z.int().min(0),
          /** Nothing is queued: the printer has just said that this very slip came out after all. */
          isOutAlready: z.boolean(),
        }),
      )
      .errors(mayAnswer('payment_not_found', 'printer_absent')),
    /** A person has seen the slip of which the printer says nothing. Recorded with who said so. */
    confirmPrint: signedIn
      .input(z.strictObject({ paymentId: paymentIdSchema, copyNumber: z.int().min(0) }))
      .output(z.strictObject({}))
      .errors(mayAnswer('payment_not_found', 'input_invalid')),
    /** A picture, page or text of the receipt for the screen; it is not a print and is not counted. */
    render: signedIn
      .input(z.strictObject({ paymentId: paymentIdSchema, form: z.enum(['png', 'pdf', 'text']) }))
      .output(z.strictObject({ mime: z.string(), fileName: z.string(), base64: z.string() }))
      .errors(mayAnswer('payment_not_found')),
  },
  exceptions: supervisorProcedures,
  rescue: rescueProcedures,
  drawer: drawerProcedures,
  customer: customerProcedures,
  queue: {
    list: signedIn.output(z.array(queueRowSchema).max(QUEUE_ROWS_MAX)),
    sendNow: signedIn
      .output(z.strictObject({ sentCount: z.int().min(0) }))
      .errors(mayAnswer('integrator_unreachable', 'device_not_enrolled')),
  },
}
export type Procedures = typeof procedures

/** A caller of the procedures, whichever transport carries them. */
export type TerminalClient = ContractRouterClient<Procedures>
