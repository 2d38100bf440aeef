// What the sandbox remembers: one plain row type per table. Money is integer paise inside, rupees only on the wire.
// Read by every part of the sandbox; none of these types leaves it.
import type { BillStatus } from '#digit-wire/bill.ts'
import type { Role } from '#digit-wire/auth.ts'

export type Json = Record<string, unknown>

export type UserRow = {
  id: number
  uuid: string
  userName: string
  name: string
  password: string
  mobileNumber: string | null
  type: 'EMPLOYEE' | 'CITIZEN'
  tenantId: string
  roles: (Role & { name: string; tenantId: string })[]
  isActive: boolean
  /** null is a real value in old databases: such a user can log in but not refresh. */
  isLocked: boolean | null
  lockedAtMs: number | null
  failedAtMs: number[]
}

export type TokenRow = {
  accessToken: string
  refreshToken: string
  key: string
  userUuid: string
  userType: string
  scope: string
  tenantId: string
  expiresAtMs: number
  refreshExpiresAtMs: number
  /** Roles are frozen at login. */
  roles: UserRow['roles']
}

export type Payer = { uuid: string; name: string | null; mobileNumber: string | null; address: string | null }

export type DemandLine = { id: string; taxHeadCode: string; taxPaise: number; collectedPaise: number }

export type DemandRow = {
  id: string
  tenantId: string
  consumerCode: string
  businessService: string
  payer: Payer | null
  taxPeriodFrom: number
  taxPeriodTo: number
  /** Penalty and interest run from here; the rebate ends here. Only demand-update reads it. */
  dueAtMs: number
  billExpiryTimeMs: number | null
  lines: DemandLine[]
  isPaymentCompleted: boolean
  status: 'ACTIVE' | 'CANCELLED'
  createdBy: string
  createdAtMs: number
  lastModifiedAtMs: number
}

export type BillAccountRow = {
  id: string
  demandLineId: string | null
  taxHeadCode: string
  order: number
  amountPaise: number
  adjustedPaise: number
}

export type BillDetailRow = {
  id: string
  demandId: string
  expiryDate: number
  fromPeriod: number
  toPeriod: number
  amountPaise: number
  amountPaidPaise: number | null
  accounts: BillAccountRow[]
}

export type BillRow = {
  id: string
  sequence: number
  tenantId: string
  consumerCode: string
  businessService: string
  billNumber: string
  billDate: number
  status: BillStatus
  payer: Payer | null
  totalPaise: number
  details: BillDetailRow[]
  additionalDetails: Json | null
  createdBy: string
  createdAtMs: number
  lastModifiedAtMs: number
}

export type PaymentDetailRow = {
  id: string
  totalDuePaise: number
  totalPaidPaise: number
  receiptNumber: string
  receiptDate: number
  businessService: string
  billId: string
  manualReceiptNumber: string | null
  manualReceiptDate: number | null
  additionalDetails: unknown
  bill: BillRow
}

export type PaymentRow = {
  id: string
  sequence: number
  tenantId: string
  totalDuePaise: number
  totalPaidPaise: number
  transactionNumber: string
  transactionDate: number
  paymentMode: string
  instrumentDate: number | null
  instrumentNumber: string | null
  instrumentStatus: string
  ifscCode: string | null
  additionalDetails: unknown
  paidBy: string
  mobileNumber: string | null
  payerName: string | null
  payerAddress: string | null
  payerEmail: string | null
  payerId: string | null
  paymentStatus: string
  fileStoreId: string | null
  createdBy: string
  createdAtMs: number
  lastModifiedAtMs: number
  details: PaymentDetailRow[]
}

/** A message on the event bus that billing has not handled yet. The payment travels in it as it was when sent. */
export type EventRow = {
  id: string
  topic: 'payment-create' | 'payment-cancel'
  payment: PaymentRow
  /** null = held until released. */
  dueAtWallMs: number | null
}

/** What billing made of a message: its backupdate audit. */
export type AuditRow = {
  id: string
  topic: EventRow['topic']
  paymentId: string
  status: 'done' | 'duplicate' | 'failed'
  error: string | null
}

export type FileRow = { id: string; tenantId: string; title: string; lines: string[]; createdAtMs: number }

export type MetaRow = { id: string; value: unknown }
