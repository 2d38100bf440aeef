// A Pine Labs terminal through their Plutus cloud: the bill is uploaded, the terminal picks it up, and the cloud is asked by its own
// number until it is paid, refused or cancelled. Called by open-card-terminal.ts. Facts: hardware.md "Indian cloud terminals" and
// developer.pinelabs.com/in/instore/cloud-integration. A bill is never uploaded twice: that could charge twice.
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
import { exactNumber } from './exact-json.ts'
import { createJsonPoster } from './post-json.ts'
import { cleanId, cleanWords, lastFourOf } from './said-words.ts'

export type PineLabsOptions = {
  /** https://www.plutuscloudservice.in:8201 */
  readonly url: URL
  readonly merchantId: string
  readonly storeId: string
  /** The terminal. */
  readonly clientId: string
  readonly securityToken: string
  /** The cloud counts in paise; a contract may say otherwise. */
  readonly amountUnit: AmountUnit
  /** "1" is cards, "10" UPI; joined by "|". */
  readonly paymentModes: string
  /** null: the CAs of this machine. */
  readonly ca: string | null
  readonly times?: CloudTimes
}

const PATH = '/API/CloudBasedIntegration/V1'
const NAME = 'Pine Labs'
const PROTOCOL_WORDS = { vendor: NAME, report: "Pine Labs' transaction report" }
const AUTO_CANCEL_MINUTES = 4
const TAGS_MAX = 200

const Text = z.string().max(4_096)
const AnswerSchema = z.object({
  /** A number or a text of one. */
  ResponseCode: z.string().regex(/^-?\d{1,9}$/),
  ResponseMessage: Text.nullish(),
  PlutusTransactionReferenceID: Text.nullish(),
  TransactionData: z
    .array(z.object({ Tag: Text, Value: Text.nullish() }))
    .max(TAGS_MAX)
    .nullish(),
})
type Answer = z.infer<typeof AnswerSchema>

const ID = /^[1-9]\d{0,18}$/

/** @throws DriverProblem `device_address_invalid` */
export function openPineLabs(options: PineLabsOptions): CardTerminal {
  const { url, amountUnit, times = CLOUD_TIMES } = options
  const poster = createJsonPoster({ baseUrl: url, name: NAME, ca: options.ca })
  const amountOf = (intent: CardIntent) => exactNumber(amountText(intent.amountPaise, amountUnit))
  const ask = cloudAsker({
    poster,
    name: NAME,
    path: PATH,
    who: {
      MerchantID: options.merchantId,
      SecurityToken: options.securityToken,
      ClientID: options.clientId,
      StoreID: options.storeId,
    },
    answerSchema: AnswerSchema,
    timeoutMs: times.askTimeoutMs,
  })

  const handOver = async (intent: CardIntent): Promise<HandedOver> => {
    const asked = await ask('UploadBilledTransaction', {
      TransactionNumber: intent.reference,
      SequenceNumber: 1,
      AllowedPaymentMode: options.paymentModes,
      Amount: amountOf(intent),
      TotalInvoiceAmount: amountOf(intent),
      UserID: 'TAHSIL',
      AutoCancelDurationInMinutes: AUTO_CANCEL_MINUTES,
    })
    if (asked.kind !== 'answer') return handedOverUnheard(asked, PROTOCOL_WORDS, intent)
    return handedOverIn(asked.answer, intent)
  }
  const look = async (intent: CardIntent, terminalReference: string): Promise<CloudLook> => {
    if (!ID.test(terminalReference)) {
      return { kind: 'unknown', problem: neverToldItsId(PROTOCOL_WORDS, intent) }
    }
    const PlutusTransactionReferenceID = exactNumber(terminalReference)
    const asked = await ask('GetCloudBasedTxnStatus', { PlutusTransactionReferenceID })
    if (asked.kind !== 'answer') return { kind: 'unknown', problem: asked.problem }
    return readPineLabsStatus(asked.answer, { intent, terminalReference, amountUnit })
  }
  return cloudTerminal(
    {
      ...PROTOCOL_WORDS,
      describe: () => ({
        kind: 'pine-labs',
        name: `Pine Labs terminal ${options.clientId} through ${url.host}`,
        isIntegrated: true,
        canReverse: false,
      }),
      handOver,
      look,
      takeBack: async (intent, terminalReference) => {
        if (!ID.test(terminalReference)) return
        await ask('CancelTransaction', {
          PlutusTransactionReferenceID: exactNumber(terminalReference),
          Amount: amountOf(intent),
        })
      },
      check: async () => {
        // no such sale: an answer to this shows that the cloud is there and takes our names
        const asked = await ask('GetCloudBasedTxnStatus', { PlutusTransactionReferenceID: 0 })
        if (asked.kind !== 'answer') return asked.problem
        const said = cleanWords(asked.answer.ResponseMessage) ?? ''
        return /MERCHANT|TOKEN|CLIENT|STORE|SOURCE|DEVICE|IMEI|AUTH/i.test(said) ? notSetUp(said) : null
      },
      close: poster.close,
    },
    times,
  )
}

function handedOverIn({ ResponseCode, ...answer }: Answer, intent: CardIntent): HandedOver {
  const said = cleanWords(answer.ResponseMessage) ?? `code ${ResponseCode}`
  const terminalReference = answer.PlutusTransactionReferenceID ?? ''
  if (Number(ResponseCode) === 0 && ID.test(terminalReference)) {
    return { kind: 'handed_over', terminalReference }
  }
  // an upload that worked without a number, or one that was already there: it may be at the terminal
  if (Number(ResponseCode) === 0 || /DUPLICATE|ALREADY|EXIST/i.test(said)) {
    return { kind: 'unknown', problem: neverToldItsId(PROTOCOL_WORDS, intent) }
  }
  if (/BUSY|PENDING|IN PROGRESS/i.test(said)) {
    const words = `The Pine Labs terminal is busy (${said}). Nothing was charged. Let it finish, then start again.`
    return { kind: 'not_started', problem: new DriverProblem('card_terminal_busy', words) }
  }
  if (/MERCHANT|TOKEN|CLIENT|STORE|SOURCE|DEVICE|IMEI|AUTH/i.test(said)) {
    return { kind: 'not_started', problem: notSetUp(said) }
  }
  const words = `Pine Labs refused the sale (${said}). Nothing was charged. If it refuses again, call their support.`
  return { kind: 'not_started', problem: new DriverProblem('card_terminal_refused', words) }
}

function notSetUp(said: string): DriverProblem {
  const words = `Pine Labs does not know this till or terminal (${said}). Nothing was charged. Check merchant, store, terminal and token in the settings.`
  return new DriverProblem('card_terminal_not_set_up', words)
}

/** What GetCloudBasedTxnStatus says of one sale. "Not found" is no proof: the cloud may learn of a sale later. */
export function readPineLabsStatus(answer: Answer, sale: CloudSale): CloudLook {
  const said = (cleanWords(answer.ResponseMessage) ?? '').toUpperCase()
  const code = Number(answer.ResponseCode)
  const wrong = (why: string) => uselessLook(NAME, why)
  if (answer.PlutusTransactionReferenceID !== sale.terminalReference) return wrong('it is about another sale')
  if (code === 0) return /^(TXN )?APPROVED$/.test(said) ? approvalIn(answer, sale) : wrong(said)
  const progress = progressIn(said, code)
  if (progress !== null) return { kind: 'in_progress', progress }
  const reason = said === '' ? `code ${code}` : said
  if (/\bCANCEL(L?ED)?\b/.test(said) && !said.includes('CANNOT')) return { kind: 'cancelled', reason }
  if (/\b(DECLINED|FAILED|REJECTED)\b/.test(said)) return { kind: 'declined', code: String(code), reason }
  return wrong(reason)
}

function progressIn(said: string, code: number): CardProgress | null {
  const words = said === '' ? null : said
  if (/WRONG PIN|INCORRECT PIN|INVALID PIN/.test(said) && code === 1001) return { step: 'wrong_pin', words }
  if (said.includes('UPLOADED')) return { step: 'present_card', words }
  if (code === 1001 || /\bPENDING\b|IN PROGRESS/.test(said)) return { step: 'working', words }
  return null
}

function approvalIn(
  { TransactionData }: Answer,
  { intent, terminalReference, amountUnit }: CloudSale,
): CloudLook {
  // tags and their order differ from one payment mode to the next
  const tags = new Map(
    (TransactionData ?? []).map(({ Tag, Value }) => [Tag.replaceAll(/\s/g, '').toLowerCase(), Value ?? '']),
  )
  const inPaise = tags.get('amountinpaisa')
  const paid =
    inPaise === undefined ? paiseOfText(tags.get('amount') ?? '', amountUnit) : paiseOfText(inPaise, 'paise')
  if (paid !== intent.amountPaise) {
    return uselessLook(NAME, 'it approves another amount than the one asked for')
  }
  if (/CASH/i.test(tags.get('paymentmode') ?? '')) {
    return uselessLook(NAME, 'the terminal booked it as cash')
  }
  const id = (name: string) => cleanId(tags.get(name))
  return {
    kind: 'approved',
    approval: {
      amountPaise: intent.amountPaise,
      transactionNumber: id('rrn') ?? id('transactionlogid') ?? terminalReference,
      approvalCode: id('approvalcode'),
      scheme: cleanWords(tags.get('cardtype') ?? tags.get('paymentmode'))?.toUpperCase() ?? null,
      cardLastFour: lastFourOf(tags.get('cardnumber')),
      terminalId: id('tid'),
      reversalKey: null,
      approvedAtMs: indianTime(tags.get('transactiondate'), tags.get('transactiontime')),
      slipLines: [],
    },
  }
}

/** "26022020" and "135456", the clock of a terminal in India. */
function indianTime(date = '', time = ''): number | null {
  const parts = /^(\d\d)(\d\d)(\d{4}) (\d\d)(\d\d)(\d\d)$/.exec(`${date} ${time}`)
  if (parts === null) return null
  const [, day, month, year, hour, minute, second] = parts
  const ms = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}+05:30`)
  return Number.isNaN(ms) ? null : ms
}
