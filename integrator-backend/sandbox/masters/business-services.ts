// Business services with their amount and mode rules, and the tax heads of each. Read by MDMS search, billing, collection.
// Odd on purpose, as in real states: flags missing or null, boolean-or-string flags, codes with `/` and spaces.

export type BusinessServiceMaster = {
  businessService: string
  code: string
  collectionModesNotAllowed: string[]
  partPaymentAllowed?: boolean | null
  isAdvanceAllowed: boolean
  minAmountPayable?: number
  demandUpdateTime?: number
  isVoucherCreationEnabled: boolean
  isActive?: boolean
  type?: string
  isBillAmendmentEnabled?: boolean | string
}

export const businessServices: BusinessServiceMaster[] = [
  {
    businessService: 'Property Tax',
    code: 'PT',
    collectionModesNotAllowed: ['DD'],
    partPaymentAllowed: true,
    isAdvanceAllowed: false,
    minAmountPayable: 100,
    demandUpdateTime: 86400000,
    isVoucherCreationEnabled: false,
    isActive: true,
    isBillAmendmentEnabled: 'true',
  },
  {
    businessService: 'Water Charges',
    code: 'WS',
    collectionModesNotAllowed: ['DD'],
    partPaymentAllowed: true,
    isAdvanceAllowed: true,
    minAmountPayable: 100,
    demandUpdateTime: 86400000,
    isVoucherCreationEnabled: false,
    isActive: true,
    isBillAmendmentEnabled: true,
  },
  {
    businessService: 'Sewerage Charges',
    code: 'SW',
    collectionModesNotAllowed: ['DD'],
    partPaymentAllowed: true,
    isAdvanceAllowed: true,
    minAmountPayable: 100,
    demandUpdateTime: 86400000,
    isVoucherCreationEnabled: false,
    isActive: true,
    isBillAmendmentEnabled: true,
  },
  {
    businessService: 'Trade License',
    code: 'TL',
    collectionModesNotAllowed: ['DD'],
    partPaymentAllowed: false,
    isAdvanceAllowed: false,
    isVoucherCreationEnabled: true,
    isActive: true,
  },
  {
    businessService: 'Community Hall Rent',
    code: 'MISC.HALL_RENT',
    collectionModesNotAllowed: ['DD', 'OFFLINE_NEFT', 'OFFLINE_RTGS', 'POSTAL_ORDER'],
    partPaymentAllowed: null,
    isAdvanceAllowed: false,
    isVoucherCreationEnabled: true,
    isActive: true,
    type: 'Adhoc',
  },
  {
    businessService: 'Road Cutting / Restoration Fees',
    code: 'OM.Road_cutting/restoration_fees',
    collectionModesNotAllowed: [],
    partPaymentAllowed: false,
    isAdvanceAllowed: false,
    isVoucherCreationEnabled: true,
    type: 'Adhoc',
  },
  {
    businessService: 'Market Stall Fee',
    code: 'WF.Market Stall Fee',
    collectionModesNotAllowed: ['DD'],
    isAdvanceAllowed: false,
    isVoucherCreationEnabled: true,
    isActive: true,
    type: 'Adhoc',
  },
]

/** Services whose module recalculates demands when an expired bill is replaced (billing-service properties). */
export const demandUpdateServices: ReadonlySet<string> = new Set(['PT', 'WS', 'SW'])

export type TaxHeadMaster = {
  category: 'TAX' | 'CHARGES' | 'FEE' | 'PENALTY' | 'REBATE' | 'ADVANCE_COLLECTION'
  service: string
  name: string
  code: string
  isDebit: boolean
  isActualDemand: boolean
  /** A string in the master, an integer in a bill. */
  order: string
  isRequired: boolean
}

const head = (
  service: string,
  code: string,
  [category, order, name]: [TaxHeadMaster['category'], number, string],
): TaxHeadMaster => ({
  category,
  service,
  name,
  code,
  isDebit: category === 'REBATE' || category === 'ADVANCE_COLLECTION',
  isActualDemand: category !== 'ADVANCE_COLLECTION',
  order: String(order),
  isRequired: category === 'TAX' || category === 'CHARGES' || category === 'FEE',
})

export const taxHeads: TaxHeadMaster[] = [
  head('PT', 'PT_TIME_REBATE', ['REBATE', 0, 'Early payment rebate']),
  head('PT', 'PT_TIME_INTEREST', ['PENALTY', 1, 'Interest']),
  head('PT', 'PT_TIME_PENALTY', ['PENALTY', 2, 'Penalty']),
  head('PT', 'PT_TAX', ['TAX', 3, 'Property tax']),
  head('PT', 'PT_FIRE_CESS', ['TAX', 4, 'Fire cess']),
  head('WS', 'WS_TIME_PENALTY', ['PENALTY', 1, 'Penalty']),
  head('WS', 'WS_CHARGE', ['CHARGES', 2, 'Water charge']),
  head('WS', 'WS_TIME_INTEREST', ['PENALTY', 3, 'Interest']),
  head('WS', 'WS_ADVANCE_CARRYFORWARD', ['ADVANCE_COLLECTION', 4, 'Advance']),
  head('SW', 'SW_TIME_PENALTY', ['PENALTY', 1, 'Penalty']),
  head('SW', 'SW_CHARGE', ['CHARGES', 2, 'Sewerage charge']),
  head('SW', 'SW_TIME_INTEREST', ['PENALTY', 3, 'Interest']),
  head('SW', 'SW_ADVANCE_CARRYFORWARD', ['ADVANCE_COLLECTION', 4, 'Advance']),
  head('TL', 'TL_TAX', ['FEE', 1, 'Licence fee']),
  head('TL', 'TL_LATE_FEE', ['PENALTY', 2, 'Late fee']),
  head('MISC.HALL_RENT', 'HALL_RENT_CHARGE', ['CHARGES', 1, 'Hall rent']),
  head('MISC.HALL_RENT', 'HALL_RENT_CLEANING', ['CHARGES', 2, 'Cleaning charge']),
  head('OM.Road_cutting/restoration_fees', 'ROAD_CUTTING_FEE', ['FEE', 1, 'Road cutting fee']),
  head('WF.Market Stall Fee', 'MARKET_STALL_FEE', ['FEE', 1, 'Market stall fee']),
]

export function serviceOf(code: string): BusinessServiceMaster | undefined {
  return businessServices.find((service) => service.code === code)
}

export function taxHeadOf(code: string): TaxHeadMaster | undefined {
  return taxHeads.find((taxHead) => taxHead.code === code)
}

export function advanceHeadOf(service: string): TaxHeadMaster | undefined {
  return taxHeads.find((taxHead) => taxHead.service === service && taxHead.category === 'ADVANCE_COLLECTION')
}
