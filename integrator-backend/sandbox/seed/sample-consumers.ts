// Consumers with a known story, at fixed codes, for demos and tests. The seed makes exactly these first.
// Amounts are rupees in the comments of `note` only; the bill is the truth.

export type SampleConsumer = {
  key: string
  tenantId: string
  businessService: string
  consumerCode: string
  note: string
}

const devgaon = 'sr.devgaon'
const sample = (
  key: string,
  [businessService, consumerCode]: [string, string],
  note: string,
): SampleConsumer => ({
  key,
  tenantId: devgaon,
  businessService,
  consumerCode,
  note,
})

export const sampleConsumers: SampleConsumer[] = [
  sample('plain-due', ['PT', 'PT-DVG-000001'], 'one year of property tax, nothing odd'),
  sample(
    'penalty',
    ['PT', 'PT-DVG-000002'],
    'two years due; the bill on file has expired, the new one carries interest and penalty',
  ),
  sample('part-paid', ['WS', 'WS/DVG/2026-27/000003'], 'half of the first period is paid'),
  sample('one-payer-water', ['WS', 'WS/DVG/2026-27/000004'], 'mobile 9876500004, first of three'),
  sample('one-payer-sewerage', ['SW', 'SW/DVG/2026-27/000004'], 'mobile 9876500004, second of three'),
  sample('one-payer-property', ['PT', 'PT-DVG-000004'], 'mobile 9876500004, third of three'),
  sample(
    'expired',
    ['WS', 'WS/DVG/2026-27/000005'],
    'a bill whose expiry date has passed; fetching makes a new id and total',
  ),
  sample('zero', ['WS', 'WS/DVG/2026-27/000006'], 'charges and rebate cancel out: a bill of zero'),
  sample('fractional', ['TL', 'TL-DVG-2026-000007'], 'a bill with paise, which collection refuses'),
  sample('advance', ['WS', 'WS/DVG/2026-27/000008'], 'more advance than dues: no bill'),
  sample('paid', ['PT', 'PT-DVG-000008'], 'everything paid: no bill'),
  sample('firm-name', ['PT', 'PT-DVG-000009'], 'payer name with a slash, which the payment API refuses'),
  sample('indic-name', ['PT', 'PT-DVG-000010'], 'payer name in Devanagari, mobile starting with 0'),
  sample('no-mobile', ['SW', 'SW/DVG/2026-27/000010'], 'no mobile number'),
  sample('shared-code-water', ['WS', 'CON/DVG/000011'], 'water and sewerage under one consumer code'),
  sample('shared-code-sewerage', ['SW', 'CON/DVG/000011'], 'water and sewerage under one consumer code'),
  sample('many-periods', ['PT', 'PT-DVG-000012'], 'three years with tax, cess, interest and penalty'),
  sample('rebate', ['PT', 'PT-DVG-000013'], 'early payment rebate on the bill'),
  sample('old-advance', ['WS', 'WS/DVG/2026-27/000014'], 'an old advance lowers the bill'),
  sample('inactive-payer', ['PT', 'PT-DVG-000015'], 'the payer account is inactive: fetching the bill fails'),
  sample('active-bill', ['WS', 'WS/DVG/2026-27/000016'], 'a live bill is already on file'),
  sample('licence', ['TL', 'TL-DVG-2026-000001'], 'trade licence: neither part nor advance'),
  sample(
    'hall-rent',
    ['MISC.HALL_RENT', 'HR-DVG-000001'],
    'miscellaneous, through module UC; no NEFT, RTGS, postal order',
  ),
  sample(
    'road-cutting',
    ['OM.Road_cutting/restoration_fees', 'RC-DVG-000001'],
    'code with a slash; DD allowed',
  ),
  sample('market-stall', ['WF.Market Stall Fee', 'MS-DVG-000001'], 'code with spaces'),
  {
    ...sample('other-tenant', ['PT', 'PT-CHP-000001'], 'property in the other town'),
    tenantId: 'sr.chandnipur',
  },
  {
    ...sample('other-tenant-water', ['WS', 'WS/CHP/2026-27/000001'], 'water connection in the other town'),
    tenantId: 'sr.chandnipur',
  },
]

/** Throws for a key that is not in the list. */
export function sampleOf(key: string): SampleConsumer {
  const found = sampleConsumers.find((consumer) => consumer.key === key)
  if (found === undefined) throw new Error(`no sample consumer ${key}`)
  return found
}
