// Localization: names of services, tax heads and modes in English and Hindi, for the state tenant.
// Ten calls per minute and origin through the gateway, so clients have to keep the answer.
import { businessServices, taxHeads } from '#sandbox/masters/business-services.ts'
import { setOf, textOf } from '#sandbox/wire/query.ts'
import { digitError } from '#sandbox/wire/digit-error.ts'
import type { Answer, Call } from '#sandbox/sandbox-context.ts'

type Message = { code: string; message: string; module: string; locale: string }

const hindiNames: Record<string, string> = {
  PT: 'संपत्ति कर',
  WS: 'जल शुल्क',
  SW: 'सीवर शुल्क',
  TL: 'व्यापार अनुज्ञप्ति',
  'MISC.HALL_RENT': 'सामुदायिक भवन किराया',
  'OM.Road_cutting/restoration_fees': 'सड़क कटाई शुल्क',
  'WF.Market Stall Fee': 'बाज़ार दुकान शुल्क',
}

const modeNames: Record<string, [string, string]> = {
  CASH: ['Cash', 'नकद'],
  CHEQUE: ['Cheque', 'चेक'],
  DD: ['Demand Draft', 'डिमांड ड्राफ़्ट'],
  CARD: ['Card', 'कार्ड'],
  ONLINE: ['Online', 'ऑनलाइन'],
  OFFLINE_NEFT: ['NEFT at counter', 'काउंटर पर एनईएफटी'],
  OFFLINE_RTGS: ['RTGS at counter', 'काउंटर पर आरटीजीएस'],
  POSTAL_ORDER: ['Postal order', 'पोस्टल ऑर्डर'],
}

/** The UIs write dots as underscores. */
function serviceKey(code: string): string {
  return `BILLINGSERVICE_BUSINESSSERVICE_${code.toUpperCase().replaceAll(/[^A-Z0-9]+/g, '_')}`
}

function allMessages(): Message[] {
  const both = (module: string, code: string, [english, hindi]: [string, string]): Message[] => [
    { code, message: english, module, locale: 'en_IN' },
    { code, message: hindi, module, locale: 'hi_IN' },
  ]
  return [
    ...businessServices.flatMap((service) =>
      both('rainmaker-uc', serviceKey(service.code), [
        service.businessService,
        hindiNames[service.code] ?? service.businessService,
      ]),
    ),
    ...taxHeads.flatMap((taxHead) => both('rainmaker-common', taxHead.code, [taxHead.name, taxHead.name])),
    ...Object.entries(modeNames).flatMap(([mode, names]) =>
      both('rainmaker-common', `COMMON_MASTERS_PAYMENTMODE_${mode}`, names),
    ),
  ]
}

export function searchMessages(call: Call): Answer {
  const { query } = call
  const tenantId = textOf(query, 'tenantId')
  const locale = textOf(query, 'locale')
  if (tenantId === null || locale === null) {
    throw digitError('NotNull.messageSearchCriteria', 'tenantId and locale may not be null')
  }
  const modules = setOf(query, 'module')
  const codes = setOf(query, 'codes')
  const messages = allMessages().filter(
    (message) =>
      message.locale === locale &&
      (modules.length === 0 || modules.includes(message.module)) &&
      (codes.length === 0 || codes.includes(message.code)),
  )
  return { status: 200, body: { messages } }
}
