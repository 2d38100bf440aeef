// What is written down of a cheque, draft, postal order, transfer or card slip: which fields each way of paying has, and
// the instrument they make. Pure; drawn by tender-paper.tsx.
import type { PaymentMode } from '#contract/bill.ts'
import type { TenderedInstrument } from '#rpc/procedures.ts'
import {
  DAY_MS,
  formatIstDigits,
  istMidnightMs,
  istParts,
  latinDigits,
  parseIstDate,
} from '#renderer/parts/ist.ts'
import { serviceAgainst, type Cart } from './cart.ts'
import type { TextKey } from '#renderer/text/catalog.ts'

/** DIGIT refuses cheques and drafts that are older. */
export const CHEQUE_AGE_DAYS_MAX = 90
const NUMBER_LENGTH_MIN = 6

export type FormMode = Exclude<PaymentMode, 'CASH'>
export type FieldName =
  | 'number'
  | 'date'
  | 'bank'
  | 'ifsc'
  | 'postOffice'
  | 'utr'
  | 'lastFour'
  | 'rrn'
  | 'approvalCode'
export type FormValues = Readonly<Record<FieldName, string>>
export type FormErrors = Partial<Record<FieldName, TextKey>>

const PAPER: readonly FieldName[] = ['number', 'date', 'bank', 'ifsc']
export const FORM_FIELDS: Readonly<Record<FormMode, readonly FieldName[]>> = {
  CHEQUE: PAPER,
  DD: PAPER,
  POSTAL_ORDER: ['number', 'date', 'postOffice'],
  OFFLINE_NEFT: ['utr', 'date'],
  OFFLINE_RTGS: ['utr', 'date'],
  CARD: ['lastFour', 'rrn', 'approvalCode'],
}

/** Ways that F9 offers, in this order. */
export const PAPER_MODES = ['CHEQUE', 'DD', 'POSTAL_ORDER', 'OFFLINE_NEFT', 'OFFLINE_RTGS'] as const

/** The first of them that every bill of the cart takes, or null. */
export function paperModeOf(cart: Cart): FormMode | null {
  return PAPER_MODES.find((mode) => serviceAgainst(cart, mode) === null) ?? null
}

export function emptyForm(nowMs: number): FormValues {
  const blank = {
    number: '',
    bank: '',
    ifsc: '',
    postOffice: '',
    utr: '',
    lastFour: '',
    rrn: '',
    approvalCode: '',
  }
  return { ...blank, date: formatIstDigits(nowMs) }
}

/** Typed text in the shape of its field: digits where only digits belong, capitals for codes. */
export function shapeField(name: FieldName, typed: string): string {
  const text = latinDigits(typed)
  switch (name) {
    case 'number':
      return text.replace(/[^A-Za-z0-9]/g, '').slice(0, 32)
    case 'lastFour':
      return text.replace(/\D/g, '').slice(0, 4)
    case 'ifsc':
      return text
        .replace(/[^A-Za-z0-9]/g, '')
        .toUpperCase()
        .slice(0, 11)
    case 'utr':
      return text
        .replace(/[^A-Za-z0-9]/g, '')
        .toUpperCase()
        .slice(0, 64)
    case 'rrn':
      return text
        .replace(/[^A-Za-z0-9]/g, '')
        .toUpperCase()
        .slice(0, 32)
    case 'approvalCode':
      return text
        .replace(/[^A-Za-z0-9]/g, '')
        .toUpperCase()
        .slice(0, 12)
    case 'date':
      return text.slice(0, 10)
    case 'bank':
    case 'postOffice':
      return text.slice(0, 128)
  }
}

/** Words per field that is not right; empty when the instrument is complete. */
export function formErrors(mode: FormMode, values: FormValues, nowMs: number): FormErrors {
  const errors: FormErrors = {}
  for (const name of FORM_FIELDS[mode]) {
    const error = fieldError(name, values[name], { mode, nowMs })
    if (error !== null) errors[name] = error
  }
  return errors
}

/** The instrument, or null while a field is not right. */
export function instrumentOf(mode: FormMode, values: FormValues, nowMs: number): TenderedInstrument | null {
  if (Object.keys(formErrors(mode, values, nowMs)).length > 0) return null
  const dateMs = parseIstDate(values.date) ?? nowMs
  const { number, utr } = values
  switch (mode) {
    case 'CHEQUE':
    case 'DD':
      return { mode, number, dateMs, bank: values.bank.trim(), ifsc: values.ifsc === '' ? null : values.ifsc }
    case 'POSTAL_ORDER':
      return { mode, number, dateMs, postOffice: values.postOffice.trim() }
    case 'OFFLINE_NEFT':
    case 'OFFLINE_RTGS':
      return { mode, utr, dateMs }
    case 'CARD':
      return { mode, lastFour: values.lastFour, rrn: values.rrn, approvalCode: values.approvalCode }
  }
}

type FieldPlace = { readonly mode: FormMode; readonly nowMs: number }

function fieldError(name: FieldName, value: string, place: FieldPlace): TextKey | null {
  switch (name) {
    case 'number':
      return value.length >= NUMBER_LENGTH_MIN ? null : 'form.error.number'
    case 'date':
      return dateError(value, place)
    case 'bank':
      return value.trim() === '' ? 'form.error.bank' : null
    case 'postOffice':
      return value.trim() === '' ? 'form.error.postOffice' : null
    case 'ifsc':
      return value === '' || /^[A-Z]{4}0[A-Z0-9]{6}$/.test(value) ? null : 'form.error.ifsc'
    case 'utr':
      return value.length >= NUMBER_LENGTH_MIN ? null : 'form.error.utr'
    case 'lastFour':
      return /^\d{4}$/.test(value) ? null : 'form.error.lastFour'
    case 'rrn':
      return /^[A-Z0-9]{6,32}$/.test(value) ? null : 'form.error.rrn'
    case 'approvalCode':
      return /^[A-Z0-9]{4,12}$/.test(value) ? null : 'form.error.approvalCode'
  }
}

function dateError(value: string, { mode, nowMs }: FieldPlace): TextKey | null {
  const dateMs = parseIstDate(value)
  if (dateMs === null) return 'form.error.date'
  if (dateMs > nowMs) return 'form.error.future'
  const today = istParts(nowMs)
  const todayMs = istMidnightMs(today.year, today.month, today.day) ?? nowMs
  const isAgeing = mode === 'CHEQUE' || mode === 'DD'
  return isAgeing && todayMs - dateMs > CHEQUE_AGE_DAYS_MAX * DAY_MS ? 'form.error.tooOld' : null
}
