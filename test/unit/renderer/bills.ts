// Bills as the till finds them, for the tests of the counter's rules.
import { rupees } from '#contract/money.ts'
import type { FoundBill } from '#rpc/procedures.ts'

type Wanted = {
  readonly consumerCode?: string
  readonly totalRupees?: number
  readonly rules?: Partial<FoundBill['bill']['rules']>
  readonly payerName?: string | null
  readonly obstacle?: FoundBill['obstacle']
  readonly billId?: string
}

export function foundBill(wanted: Wanted = {}): FoundBill {
  const consumerCode = wanted.consumerCode ?? 'PT-1001'
  const totalPaise = rupees(wanted.totalRupees ?? 1247)
  return {
    bill: {
      id: wanted.billId ?? `bill-${consumerCode}`,
      billNumber: `BN-${consumerCode}`,
      tenantId: 'pb.testpur',
      businessService: 'PT',
      consumerCode,
      status: 'ACTIVE',
      totalPaise,
      billDateMs: 1_775_000_000_000,
      expiresAtMs: 1_790_000_000_000,
      payerName: wanted.payerName === undefined ? 'Ramesh Kumar' : wanted.payerName,
      mobileNumber: null,
      address: null,
      periods: [
        {
          demandId: 'd1',
          fromMs: 1_775_000_000_000,
          toMs: 1_800_000_000_000,
          amountPaise: totalPaise,
          expiresAtMs: 1_790_000_000_000,
          heads: [],
        },
      ],
      rules: {
        isPartPaymentAllowed: false,
        isAdvanceAllowed: false,
        minimumPaise: rupees(0),
        modesNotAllowed: [],
        isOpen: true,
        ...wanted.rules,
      },
      fetchedAtMs: 1_775_000_000_000,
    },
    serviceName: 'Property Tax',
    taxHeadNames: {},
    source: 'integrator',
    pack: null,
    obstacle: wanted.obstacle ?? null,
  }
}
