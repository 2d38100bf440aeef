// Cards taken through a terminal: begin, watch, give up, ask again; and what to do with a card that was charged. Part of procedures.ts,
// served by host/cards/card-handlers.ts. No shape here can carry a whole card number.
import { epochMsSchema } from '#contract/bill.ts'
import { paiseSchema } from '#contract/money.ts'
import { mayAnswer, problemSchema } from '#contract/problem.ts'
import * as z from 'zod'
import { codeAndPinSchema, inShift, PERSON_NOT_BELIEVED, signedIn } from './callers.ts'
import type { CollectionShapes } from './procedures.ts'

export const OPEN_SALES_MAX = 20
const WORDS_MAX = 200

const referenceSchema = z.string().regex(/^[0-9A-Z]{1,10}$/)

export const cardSaleStateSchema = z.enum([
  'started',
  'handed_over',
  'approved',
  'declined',
  'cancelled',
  'unknown',
  'posted',
  'reversing',
  'reversed',
  'reversal_refused',
  'closed_by_person',
])

export const cardStepSchema = z.enum([
  'connecting',
  'present_card',
  'enter_pin',
  'wrong_pin',
  'authorising',
  'remove_card',
  'working',
])
export type CardStep = z.infer<typeof cardStepSchema>

export const cardSaleSchema = z.strictObject({
  reference: referenceSchema,
  state: cardSaleStateSchema,
  collectionId: z.uuid(),
  amountPaise: paiseSchema,
  bills: z
    .array(z.strictObject({ serviceName: z.string(), consumerCode: z.string(), amountPaise: paiseSchema }))
    .max(20),
  payerName: z.string(),
  operatorName: z.string(),
  terminalName: z.string(),
  startedAtMs: epochMsSchema,
  atMs: epochMsSchema,
  /** What the terminal does just now; null: it does nothing for this sale. */
  live: z.strictObject({ step: cardStepSchema, words: z.string().max(WORDS_MAX).nullable() }).nullable(),
  /** null: not charged, as far as is known. */
  charged: z
    .strictObject({
      amountPaise: z.int(),
      scheme: z.string().nullable(),
      lastFour: z
        .string()
        .regex(/^\d{4}$/)
        .nullable(),
      transactionNumber: z.string().max(WORDS_MAX),
    })
    .nullable(),
  /** The terminal's code and words. */
  reason: z.strictObject({ code: z.string().max(WORDS_MAX), words: z.string().max(WORDS_MAX) }).nullable(),
  /** Charged as asked and not used up: its collection can be finished. */
  mayPost: z.boolean(),
  /** Why its collection could not be finished when it was tried last; null: not tried, or it worked. */
  postProblem: problemSchema.nullable(),
})
export type CardSaleView = z.infer<typeof cardSaleSchema>

/** What the frame of every screen shows. */
export const cardStatusSchema = z.strictObject({
  /** null: no terminal takes cards by itself here; its slip is typed. */
  terminalName: z.string().nullable(),
  openCount: z.int().min(0),
  openPaise: paiseSchema,
})

const ofSale = z.strictObject({ reference: referenceSchema })
/** Gives code and PIN here; who is signed in stays signed in. */
const approved = z.strictObject({
  reference: referenceSchema,
  approver: codeAndPinSchema,
  reason: z.string().trim().min(1).max(WORDS_MAX),
})
const ofSaleProblems = mayAnswer('card_terminal_absent', 'card_sale_not_found', 'card_sale_not_allowed')
const approverProblems = mayAnswer('second_person_needed', ...PERSON_NOT_BELIEVED, 'card_number_refused')

/** The shapes of a collection stand in procedures.ts. */
export function cardProcedures({ takeInput, collection, moneyProblems }: CollectionShapes) {
  return {
    /** Writes the sale down and hands it to the terminal. Answers at once; `progress` tells how it goes. */
    start: inShift
      .input(takeInput.omit({ instrument: true }))
      .output(cardSaleSchema)
      .errors({ ...moneyProblems, ...mayAnswer('card_terminal_absent') }),
    /** Polled while a card is taken. */
    progress: signedIn.input(ofSale).output(cardSaleSchema).errors(ofSaleProblems),
    /** Asks the terminal to give up; what became of the sale is told by `progress`. */
    cancel: signedIn.input(ofSale).output(cardSaleSchema).errors(ofSaleProblems),
    /** Asks the terminal what became of a sale; charges nothing. */
    resolve: signedIn
      .input(ofSale)
      .output(cardSaleSchema)
      .errors({ ...ofSaleProblems, ...mayAnswer('card_sale_open') }),
    /** Sales that wait for somebody, oldest first. */
    open: signedIn.output(z.array(cardSaleSchema).max(OPEN_SALES_MAX)),
    /** Records the payments of the collection that a charged sale was for. Repeating the call gives the same answer. */
    post: inShift
      .input(ofSale)
      .output(collection)
      .errors({ ...moneyProblems, ...ofSaleProblems }),
    /** Gives the money back to the card; a supervisor other than who took it agrees. */
    reverse: signedIn
      .input(approved)
      .output(cardSaleSchema)
      .errors({ ...ofSaleProblems, ...approverProblems, ...mayAnswer('card_sale_open') }),
    /** A supervisor decides that nothing more is done with a sale here: its bills may be paid otherwise. */
    close: signedIn
      .input(approved)
      .output(cardSaleSchema)
      .errors({ ...ofSaleProblems, ...approverProblems, ...mayAnswer('card_sale_open') }),
  }
}
