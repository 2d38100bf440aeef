// Goal: what is written down of a cheque, draft, transfer or card slip is checked while it can still be corrected, and
// makes exactly the instrument that the core takes.
import { expect, test } from 'vitest'
import { PAYMENT_MODES } from '#contract/bill.ts'
import { addToCart, EMPTY_CART } from '#renderer/faces/counter/cart.ts'
import {
  emptyForm,
  FORM_FIELDS,
  formErrors,
  instrumentOf,
  PAPER_MODES,
  paperModeOf,
  shapeField,
  type FormMode,
  type FormValues,
} from '#renderer/faces/counter/instrument-form.ts'
import { tenderedInstrumentSchema } from '#rpc/procedures.ts'
import { foundBill } from './bills.ts'

/** 24 Nov 2026, 10:42 in India. */
const nowMs = Date.UTC(2026, 10, 24, 5, 12)
const filled: FormValues = {
  ...emptyForm(nowMs),
  number: '004512',
  bank: 'State Bank of India',
  ifsc: 'SBIN0001234',
  postOffice: 'Devgaon',
  utr: 'SBINR52026112400',
  lastFour: '4242',
  rrn: '632812345678',
  approvalCode: '0A1B2C',
}
const modes = PAYMENT_MODES.filter((mode): mode is FormMode => mode !== 'CASH')

test.each(modes)('a filled %s form makes an instrument that the core takes', (mode) => {
  expect(formErrors(mode, filled, nowMs)).toEqual({})
  const instrument = instrumentOf(mode, filled, nowMs)
  expect(tenderedInstrumentSchema.safeParse(instrument).success).toBe(true)
})

test.each(modes)('an empty %s form makes nothing and says what is missing', (mode) => {
  const errors = formErrors(mode, { ...emptyForm(nowMs), date: '' }, nowMs)
  expect(instrumentOf(mode, { ...emptyForm(nowMs), date: '' }, nowMs)).toBeNull()
  const needed = FORM_FIELDS[mode].filter((name) => name !== 'ifsc')
  expect(Object.keys(errors).toSorted()).toEqual(needed.toSorted())
})

test.each([
  ['24-11-2026', undefined],
  ['25-11-2026', 'form.error.future'],
  ['26-08-2026', undefined],
  ['25-08-2026', 'form.error.tooOld'],
  ['31-02-2026', 'form.error.date'],
  ['yesterday', 'form.error.date'],
])('a cheque of %s: %s', (date, error) => {
  expect(formErrors('CHEQUE', { ...filled, date }, nowMs).date).toBe(error)
})

test('a postal order may be older than a cheque', () => {
  expect(formErrors('POSTAL_ORDER', { ...filled, date: '01-01-2026' }, nowMs)).toEqual({})
})

test('an IFSC may be left out but not be wrong', () => {
  expect(formErrors('CHEQUE', { ...filled, ifsc: '' }, nowMs)).toEqual({})
  expect(instrumentOf('CHEQUE', { ...filled, ifsc: '' }, nowMs)).toMatchObject({ ifsc: null })
  expect(formErrors('CHEQUE', { ...filled, ifsc: 'SBIN1001234' }, nowMs)).toEqual({ ifsc: 'form.error.ifsc' })
})

test('fields take only what belongs in them, also from an Indian keyboard', () => {
  expect(shapeField('lastFour', '42४2 99')).toBe('4242')
  expect(shapeField('ifsc', 'sbin 0001234 x')).toBe('SBIN0001234')
  expect(shapeField('number', '004-512')).toBe('004512')
})

test('F9 opens the first paper way that every bill takes', () => {
  const cart = addToCart(EMPTY_CART, foundBill({ rules: { modesNotAllowed: ['CHEQUE', 'DD'] } }))
  expect(paperModeOf(cart)).toBe('POSTAL_ORDER')
  const none = addToCart(EMPTY_CART, foundBill({ rules: { modesNotAllowed: [...PAPER_MODES] } }))
  expect(paperModeOf(none)).toBeNull()
})
