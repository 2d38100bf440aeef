// Goal: the suggested tenders cover the amount, and the planned notes are exactly the change.
import { paise, rupees } from '#contract/money.ts'
import { planNotes, suggestTenders } from '#contract/tender.ts'
import fc from 'fast-check'
import { expect, test } from 'vitest'

test('suggests the exact amount, then what a payer is likely to hand over', () => {
  expect(suggestTenders(rupees(1247)).map((amount) => amount / 100)).toEqual([1247, 1250, 1300, 1400, 1500])
  expect(suggestTenders(rupees(500)).map((amount) => amount / 100)).toEqual([500, 600, 1000])
  expect(suggestTenders(rupees(0))).toEqual([])
})

test('every suggestion covers the amount and none repeats', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 10_000_000 }), (amount) => {
      const suggestions = suggestTenders(rupees(amount))
      expect(suggestions[0]).toBe(amount * 100)
      expect(suggestions.length).toBeLessThanOrEqual(5)
      expect(new Set(suggestions).size).toBe(suggestions.length)
      expect(suggestions.every((suggestion) => suggestion >= amount * 100)).toBe(true)
    }),
  )
})

test('plans change in notes and coins that exist', () => {
  expect(planNotes(rupees(253)).map((note) => [note.denominationPaise / 100, note.count])).toEqual([
    [200, 1],
    [50, 1],
    [2, 1],
    [1, 1],
  ])
  expect(planNotes(rupees(0))).toEqual([])
  expect(planNotes(paise(-100))).toEqual([])
})

test('the notes of a plan sum to the change', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 1_000_000 }), (amount) => {
      const sum = planNotes(rupees(amount)).reduce(
        (total, note) => total + note.denominationPaise * note.count,
        0,
      )
      expect(sum).toBe(amount * 100)
    }),
  )
})
