// An Ezetap (Razorpay POS) terminal by push-to-pay: the cloud pushes the bill to the terminal and is asked by its own number what
// became of it. Called by open-card-terminal.ts. Facts: hardware.md "Indian cloud terminals". "success" there tells whether a question
// could be answered, never whether money moved: only the state AUTHORIZED does. A bill is never pushed twice.
import * as z from 'zod'
import { DriverProblem } from '#drivers/problem.ts'
import type { CardIntent, CardProgress, CardTerminal } from './card-terminal.ts'
import type { CloudLook, CloudSale, CloudTimes, HandedOver } from './cloud-sale.ts'
import {
  CLOUD_TIMES,
  cloudAsker,
  cloudTerminal,
  handedOverUnheard,
  neverToldItsId,
  uselessLook,
} from './cloud-sale.ts'
import type { AmountUnit } from './decimal-amount.ts'
import { amountText, paiseOfText } from './decimal-amount.ts'
import { createJsonPoster } from './post-json.ts'
import { cleanId, cleanWords, lastFourOf } from './said-words.ts'

export type EzetapOptions = {
  /** https://www.ezetap.com */
  readonly url: URL
  readonly appKey: string
  readonly username: string
  /** A serial number, or the whole "SERIAL|ezetap_android" for terminals of another kind. */
  readonly device: string
  /** The vendor's paper names no unit; its samples of answers have two decimals, so rupees unless the contract says otherwise. */
  readonly amountUnit: AmountUnit
  /** null: the CAs of this machine. */
  readonly ca: string | null
  readonly times?: CloudTimes
}

const PATH = '/api/3.0/p2p'
const NAME = 'Ezetap'
const PROTOCOL_WORDS = { vendor: NAME, report: "Ezetap's transaction report" }

const Text = z.string().max(4_096)
const AnswerSchema = z.object({
  success: z.boolean(),
  messageCode: Text.nullish(),
  message: Text.nullish(),
  errorCode: Text.nullish(),
  errorMessage: Text.nullish(),
  p2pRequestId: Text.nullish(),
  status: Text.nullish(),
  externalRefNumber: Text.nullish(),
  amount: Text.nullish(),
  totalAmount: Text.nullish(),
  currencyCode: Text.nullish(),
  paymentMode: Text.nullish(),
  paymentCardBrand: Text.nullish(),
  txnId: Text.nullish(),
  rrNumber: Text.nullish(),
  authCode: Text.nullish(),
  tid: Text.nullish(),
  cardLastFourDigit: Text.nullish(),
  formattedPan: Text.nullish(),
  postingDate: Text.nullish(),
})
type Answer = z.infer<typeof AnswerSchema>

const ID = /^[\w-]{1,64}$/

const BUSY = 'EZETAP_0000623'
/** No such device, not of this town, no such payment mode. */
const NOT_SET_UP = new Set(['EZETAP_0000382', 'EZETAP_0000148', 'EZETAP_6000001'])
const OFFLINE = new Set(['EZETAP_0000381', 'EZETAP_0000384', 'EZETAP_0000385'])

const IN_PROGRESS: Record<string, CardProgress['step']> = {
  P2P_STATUS_QUEUED: 'connecting',
  P2P_DEVICE_SENT: 'connecting',
  P2P_DEVICE_RECEIVED: 'present_card',
}
const CANCELLED = new Set([
  'P2P_DEVICE_CANCELED',
  'P2P_STATUS_IN_CANCELED_FROM_EXTERNAL_SYSTEM',
  'P2P_STATUS_IN_EXPIRED',
])

/** @throws DriverProblem `device_address_invalid` */
export function openEzetap(options: EzetapOptions): CardTerminal {
  const { url, appKey, username, amountUnit, times = CLOUD_TIMES } = options
  const poster = createJsonPoster({ baseUrl: url, name: NAME, ca: options.ca })
  const deviceId = /[|,]/.test(options.device) ? options.device : `${options.device}|ezetap_android`
  const ask = cloudAsker({
    poster,
    name: NAME,
    path: PATH,
    who: { appKey, username },
    answerSchema: AnswerSchema,
    timeoutMs: times.askTimeoutMs,
  })

  const handOver = async (intent: CardIntent): Promise<HandedOver> => {
    const asked = await ask('start', {
      amount: amountText(intent.amountPaise, amountUnit),
      externalRefNumber: intent.reference,
      mode: 'CARD',
      pushTo: { deviceId },
    })
    if (asked.kind !== 'answer') return handedOverUnheard(asked, PROTOCOL_WORDS, intent)
    return handedOverIn(asked.answer, intent)
  }
  const look = async (intent: CardIntent, terminalReference: string): Promise<CloudLook> => {
    const asked = await ask('status', { origP2pRequestId: terminalReference })
    if (asked.kind !== 'answer') return { kind: 'unknown', problem: asked.problem }
    return readEzetapStatus(asked.answer, { intent, terminalReference, amountUnit })
  }
  return cloudTerminal(
    {
      ...PROTOCOL_WORDS,
      describe: () => ({
        kind: 'ezetap',
        name: `Ezetap terminal ${options.device} through ${url.host}`,
        isIntegrated: true,
        canReverse: false,
      }),
      handOver,
      look,
      takeBack: async (_intent, terminalReference) => {
        await ask('cancel', { origP2pRequestId: terminalReference, pushTo: { deviceId } })
      },
      check: async () => {
        // no such sale: an answer to this shows that the cloud is there and takes our names
        const asked = await ask('status', { origP2pRequestId: 'CHECK' })
        if (asked.kind !== 'answer') return asked.problem
        const said = cleanWords(asked.answer.errorMessage ?? asked.answer.message) ?? ''
        return /auth|app ?key|login|user/i.test(said) ? notSetUp(said) : null
      },
      close: poster.close,
    },
    times,
  )
}

function handedOverIn(answer: Answer, intent: CardIntent): HandedOver {
  const terminalReference = answer.p2pRequestId ?? ''
  if (answer.success && ID.test(terminalReference)) return { kind: 'handed_over', terminalReference }
  const code = cleanId(answer.errorCode) ?? 'no code'
  const said = cleanWords(answer.errorMessage ?? answer.message) ?? code
  // a push that worked without a number, or one that was already there: it may be at the terminal
  if (answer.success || /duplicate|already|exist/i.test(said)) {
    return { kind: 'unknown', problem: neverToldItsId(PROTOCOL_WORDS, intent) }
  }
  return { kind: 'not_started', problem: refusalOf(code, said) }
}

function refusalOf(code: string, said: string): DriverProblem {
  if (code === BUSY) {
    const words = `The Ezetap terminal still has another bill on it (${said}). Nothing was charged. Finish or cancel that one, then start again.`
    return new DriverProblem('card_terminal_busy', words)
  }
  if (OFFLINE.has(code)) {
    const words = `The Ezetap terminal is not in the network (${code}). Nothing was charged. Check that it is on, logged in and connected.`
    return new DriverProblem('device_unreachable', words)
  }
  if (NOT_SET_UP.has(code) || /auth|app ?key|login|user/i.test(said)) return notSetUp(`${code}: ${said}`)
  const words = `Ezetap refused the sale (${code}: ${said}). Nothing was charged. If it refuses again, call their support.`
  return new DriverProblem('card_terminal_refused', words)
}

function notSetUp(said: string): DriverProblem {
  const words = `Ezetap does not know this till or terminal (${said}). Nothing was charged. Check user, device and app key in the settings.`
  return new DriverProblem('card_terminal_not_set_up', words)
}

/** What the state of one push says. Whatever is neither final nor on its way stays unknown, and is asked again. */
export function readEzetapStatus(answer: Answer, sale: CloudSale): CloudLook {
  const wrong = (why: string) => uselessLook(NAME, why)
  const { messageCode, externalRefNumber, p2pRequestId } = answer
  const status = answer.status?.toUpperCase() ?? ''
  if ((p2pRequestId ?? sale.terminalReference) !== sale.terminalReference)
    return wrong('it is about another sale')
  const isOurs = (externalRefNumber ?? sale.intent.reference) === sale.intent.reference
  if (!isOurs) return wrong('it is about another sale')
  if (status === 'AUTHORIZED') return approvalIn(answer, sale)
  const reason = cleanWords(answer.errorMessage ?? answer.message) ?? messageCode ?? 'no reason given'
  if (messageCode === 'P2P_DEVICE_TXN_DONE') {
    if (status === 'FAILED') return { kind: 'declined', code: cleanId(answer.errorCode) ?? 'FAILED', reason }
    if (status === 'EXPIRED') return { kind: 'cancelled', reason }
  }
  if (status !== '') return wrong(`state ${cleanId(status) ?? 'unreadable'}`)
  const step = IN_PROGRESS[messageCode ?? '']
  if (step !== undefined) return { kind: 'in_progress', progress: progressIn(step, reason) }
  if (CANCELLED.has(messageCode ?? '')) return { kind: 'cancelled', reason }
  return wrong(cleanId(messageCode) ?? cleanId(answer.errorCode) ?? 'no state')
}

function progressIn(step: CardProgress['step'], words: string): CardProgress {
  return { step: /(wrong|incorrect|invalid) pin/i.test(words) ? 'wrong_pin' : step, words }
}

function approvalIn(answer: Answer, { intent, amountUnit }: CloudSale): CloudLook {
  const wrong = (why: string) => uselessLook(NAME, why)
  if (answer.externalRefNumber !== intent.reference) return wrong('it does not say whose sale it is')
  const paid = paiseOfText(answer.totalAmount ?? answer.amount ?? '', amountUnit)
  if (paid !== intent.amountPaise || (answer.currencyCode ?? 'INR') !== 'INR') {
    return wrong('it approves another amount than the one asked for')
  }
  if (/CASH|CHEQUE/i.test(answer.paymentMode ?? '')) return wrong('the terminal booked it as cash or cheque')
  const postedAtMs = Number(answer.postingDate ?? Number.NaN)
  return {
    kind: 'approved',
    approval: {
      amountPaise: intent.amountPaise,
      transactionNumber: cleanId(answer.rrNumber) ?? cleanId(answer.txnId) ?? intent.reference,
      approvalCode: cleanId(answer.authCode),
      scheme: cleanWords(answer.paymentCardBrand ?? answer.paymentMode)?.toUpperCase() ?? null,
      cardLastFour: lastFourOf(answer.cardLastFourDigit) ?? lastFourOf(answer.formattedPan),
      terminalId: cleanId(answer.tid),
      reversalKey: null,
      approvedAtMs: Number.isSafeInteger(postedAtMs) && postedAtMs > 0 ? postedAtMs : null,
      slipLines: [],
    },
  }
}
