// Everything the sandbox knows, as tables. Called by the billing engine, the collection desk, login and the admin API.
// In memory; with a save file (save-file.ts) every commit is on disk before its answer leaves.
import type {
  AuditRow,
  BillRow,
  DemandRow,
  EventRow,
  FileRow,
  MetaRow,
  PaymentRow,
  TokenRow,
  UserRow,
} from './rows.ts'
import { createTable } from './table.ts'
import type { Table } from './table.ts'

export type State = {
  users: Table<UserRow>
  tokens: Table<TokenRow>
  demands: Table<DemandRow>
  bills: Table<BillRow>
  payments: Table<PaymentRow>
  /** Waiting for billing's consumer, in order. */
  events: Table<EventRow>
  audits: Table<AuditRow>
  files: Table<FileRow>
  meta: Table<MetaRow>
}

/** Consumer codes repeat between towns, so a code is always searched within its tenant. */
export function codeKey(tenantId: string, consumerCode: string): string {
  return `${tenantId}|${consumerCode}`
}

export function createState(): State {
  return {
    users: createTable<UserRow>({
      name: 'users',
      idOf: (row) => row.uuid,
      indexes: {
        login: (row) => [`${row.userName}|${row.type}|${row.tenantId}`],
        mobile: (row) => (row.mobileNumber === null ? [] : [`${row.mobileNumber}|${row.type}`]),
      },
    }),
    tokens: createTable<TokenRow>({
      name: 'tokens',
      idOf: (row) => row.accessToken,
      indexes: {
        key: (row) => [row.key],
        refresh: (row) => [row.refreshToken],
        user: (row) => [row.userUuid],
      },
    }),
    demands: createTable<DemandRow>({
      name: 'demands',
      idOf: (row) => row.id,
      indexes: {
        code: (row) => [codeKey(row.tenantId, row.consumerCode)],
        mobile: (row) => (row.payer?.mobileNumber ? [codeKey(row.tenantId, row.payer.mobileNumber)] : []),
      },
    }),
    bills: createTable<BillRow>({
      name: 'bills',
      idOf: (row) => row.id,
      indexes: {
        code: (row) => [codeKey(row.tenantId, row.consumerCode)],
        mobile: (row) => (row.payer?.mobileNumber ? [codeKey(row.tenantId, row.payer.mobileNumber)] : []),
      },
    }),
    payments: createTable<PaymentRow>({
      name: 'payments',
      idOf: (row) => row.id,
      indexes: {
        bill: (row) => row.details.map((detail) => detail.billId),
        code: (row) => row.details.map((detail) => codeKey(row.tenantId, detail.bill.consumerCode)),
      },
    }),
    events: createTable<EventRow>({ name: 'events', idOf: (row) => row.id }),
    audits: createTable<AuditRow>({
      name: 'audits',
      idOf: (row) => row.id,
      indexes: { payment: (row) => [row.paymentId] },
    }),
    files: createTable<FileRow>({ name: 'files', idOf: (row) => row.id }),
    meta: createTable<MetaRow>({ name: 'meta', idOf: (row) => row.id }),
  }
}

/** Next number of a named series. Numbers are burnt: a failed payment leaves a gap, as in idgen. */
export function nextNumber(state: State, series: string): number {
  const id = `series:${series}`
  const next = Number(state.meta.get(id)?.value ?? 0) + 1
  state.meta.put({ id, value: next })
  return next
}

export function countOf(state: State, name: string): number {
  return Number(state.meta.get(`count:${name}`)?.value ?? 0)
}

export function addToCount(state: State, name: string, by: number): void {
  state.meta.put({ id: `count:${name}`, value: countOf(state, name) + by })
}
