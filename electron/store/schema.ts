// The tables as drizzle reads and writes them. The tables themselves, with their triggers and partial indexes, are made by
// migrations/; a test holds the two against each other. Used by every file of this room.
import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'

export const meta = sqliteTable('meta', { key: text().primaryKey(), value: text().notNull() })

export const journal = sqliteTable('journal', {
  seq: integer().primaryKey(),
  type: text().notNull(),
  body: text().notNull(),
  previousHash: text('previous_hash').notNull(),
  hash: text().notNull(),
  atMs: integer('at_ms').notNull(),
  turnoverPaise: integer('turnover_paise').notNull(),
  paymentCount: integer('payment_count').notNull(),
  signature: text(),
})

export const shifts = sqliteTable('shifts', {
  id: text().primaryKey(),
  number: integer().notNull(),
  operatorId: text('operator_id').notNull(),
  operatorName: text('operator_name').notNull(),
  openedAtMs: integer('opened_at_ms').notNull(),
  businessDate: text('business_date').notNull(),
  floatPaise: integer('float_paise').notNull(),
  cashInHandPaise: integer('cash_in_hand_paise').notNull(),
  collectedPaise: integer('collected_paise').notNull(),
  receiptCount: integer('receipt_count').notNull(),
  isOpen: integer('is_open').notNull(),
})

export const collections = sqliteTable('collections', {
  id: text().primaryKey(),
  contentHash: text('content_hash').notNull(),
  shiftId: text('shift_id').notNull(),
  operatorId: text('operator_id').notNull(),
  totalPaise: integer('total_paise').notNull(),
  tenderedPaise: integer('tendered_paise'),
  changePaise: integer('change_paise').notNull(),
  isOffline: integer('is_offline').notNull(),
  collectedAtMs: integer('collected_at_ms').notNull(),
  firstDeviceSeq: integer('first_device_seq').notNull(),
})

export const payments = sqliteTable('payments', {
  deviceSeq: integer('device_seq').primaryKey(),
  id: text().notNull(),
  collectionId: text('collection_id').notNull(),
  receiptNumber: text('receipt_number').notNull(),
  financialYear: text('financial_year').notNull(),
  receiptSeq: integer('receipt_seq').notNull(),
  billId: text('bill_id').notNull(),
  tenantId: text('tenant_id').notNull(),
  businessService: text('business_service').notNull(),
  consumerCode: text('consumer_code').notNull(),
  payerName: text('payer_name'),
  amountPaise: integer('amount_paise').notNull(),
  mode: text().notNull(),
  collectedAtMs: integer('collected_at_ms').notNull(),
  body: text().notNull(),
  journalSeq: integer('journal_seq').notNull(),
  journalHash: text('journal_hash').notNull(),
})

export const cardSales = sqliteTable('card_sales', {
  reference: text().primaryKey(),
  collectionId: text('collection_id').notNull(),
  state: text().notNull(),
  amountPaise: integer('amount_paise').notNull(),
  body: text().notNull(),
  journalSeq: integer('journal_seq').notNull(),
})

export const cashMovements = sqliteTable('cash_movements', {
  id: text().primaryKey(),
  shiftId: text('shift_id').notNull(),
  collectionId: text('collection_id'),
  kind: text().notNull(),
  amountPaise: integer('amount_paise').notNull(),
  atMs: integer('at_ms').notNull(),
})

export const outbox = sqliteTable('outbox', {
  deviceSeq: integer('device_seq').primaryKey(),
  amountPaise: integer('amount_paise').notNull(),
  collectedAtMs: integer('collected_at_ms').notNull(),
  lane: text().notNull(),
  isRefused: integer('is_refused').notNull(),
  isConflict: integer('is_conflict').notNull(),
  attempts: integer().notNull(),
  problem: text(),
  nextTryAtMs: integer('next_try_at_ms'),
  acknowledgedAtMs: integer('acknowledged_at_ms'),
})

export const statuses = sqliteTable('statuses', {
  paymentId: text('payment_id').primaryKey(),
  state: text().notNull(),
  reason: text(),
  digitReceiptNumber: text('digit_receipt_number'),
  digitPaymentId: text('digit_payment_id'),
  postedAtMs: integer('posted_at_ms'),
  balancePaise: integer('balance_paise'),
  heldPaise: integer('held_paise').notNull(),
  cursor: integer().notNull(),
  steps: text().notNull(),
})

export const searchTerms = sqliteTable('search_terms', {
  term: text().notNull(),
  paymentId: text('payment_id').notNull(),
})

export const bills = sqliteTable('bills', {
  id: text().primaryKey(),
  tenantId: text('tenant_id').notNull(),
  businessService: text('business_service').notNull(),
  consumerCode: text('consumer_code').notNull(),
  codeTerm: text('code_term').notNull(),
  numberTerm: text('number_term').notNull(),
  mobileNumber: text('mobile_number'),
  fetchedAtMs: integer('fetched_at_ms').notNull(),
  seenAtMs: integer('seen_at_ms').notNull(),
  body: text().notNull(),
  pack: text(),
})

export const packs = sqliteTable('packs', {
  row: integer().primaryKey(),
  packId: text('pack_id').notNull(),
  routeId: text('route_id').notNull(),
  preparedAtMs: integer('prepared_at_ms').notNull(),
  manifest: text().notNull(),
  state: text().notNull(),
  loadedChunks: integer('loaded_chunks').notNull(),
})

export const packBills = sqliteTable('pack_bills', {
  row: integer().primaryKey(),
  pack: integer().notNull(),
  chunk: integer().notNull(),
  billId: text('bill_id').notNull(),
  codeTerm: text('code_term').notNull(),
  numberTerm: text('number_term').notNull(),
  mobileNumber: text('mobile_number'),
  body: text().notNull(),
})

export const pinLocks = sqliteTable('pin_locks', {
  operatorId: text('operator_id').primaryKey(),
  failures: integer().notNull(),
  tryMonotonicMs: integer('try_monotonic_ms').notNull(),
  tryBootId: text('try_boot_id').notNull(),
})

export const printJobs = sqliteTable('print_jobs', {
  id: integer().primaryKey(),
  paymentId: text('payment_id').notNull(),
  copyNumber: integer('copy_number').notNull(),
  state: text().notNull(),
  attempts: integer().notNull(),
  processId: text('process_id'),
  printer: text(),
  problem: text(),
  requestedBy: text('requested_by'),
  queuedAtMs: integer('queued_at_ms').notNull(),
  atMs: integer('at_ms').notNull(),
})
