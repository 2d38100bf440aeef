// Goal: what a person may do follows from the state alone, money leaves only by two, and nothing that DIGIT holds is refunded.
import { describe, expect, it } from 'vitest'
import { EXCEPTION_ACTS } from '#contract/exceptions-api.ts'
import { POSTING_STATES, SUSPENSE_REASONS } from '#contract/payment.ts'
import { allowedActs, needsTwo, reversalActionOf } from '#collection/exception-acts.ts'

const acts = (
  state: (typeof POSTING_STATES)[number],
  reason: (typeof SUSPENSE_REASONS)[number] | null = null,
) => allowedActs({ kind: 'payment', state, reason }).join(' ')

describe('acts by state', () => {
  it.each([
    ['SUSPENSE', 'BILL_HIGHER', 'look-again post-to-bill refund mark'],
    ['SUSPENSE', 'REFUND_CLAIMED', 'look-again post-to-bill refund mark'],
    ['SUSPENSE', 'REVERSAL_REFUSED', 'look-again reverse mark'],
    ['QUARANTINE', null, 'look-again mark'],
    ['QUARANTINE', 'REVOKED_DEVICE', 'post-to-bill refund mark'],
    ['QUARANTINE', 'SEQUENCE_FORK', 'post-to-bill refund mark'],
    ['POISON', null, 'look-again refund mark'],
    ['UNKNOWN', null, 'look-again'],
    ['HOLD', 'LAGGING', 'look-again'],
    ['REVERSING', null, 'look-again'],
    ['POSTED', null, 'reverse'],
    ['CONFIRMED', 'BILL_LOWER', 'reverse'],
    ['REVERSED', null, ''],
    ['POSTING', null, ''],
    ['READY', null, ''],
  ] as const)('%s %s: %s', (state, reason, expected) => {
    expect(acts(state, reason)).toBe(expected)
  })

  it('never give back what may be in DIGIT, and never undo there what is not', () => {
    const mayBeInDigit = ['POSTING', 'UNKNOWN', 'POSTED', 'CONFIRMED', 'REVERSING'] as const
    for (const state of mayBeInDigit) expect(acts(state), state).not.toContain('refund')
    for (const state of POSTING_STATES) {
      for (const reason of [null, ...SUSPENSE_REASONS]) {
        const words = acts(state, reason)
        const isBoth = words.includes('refund') && words.includes('reverse')
        expect(isBoth, `${state} ${reason}`).toBe(false)
      }
    }
  })

  it('of remainders and records', () => {
    const subject = { state: 'CONFIRMED', reason: 'BILL_LOWER' } as const
    expect(allowedActs({ kind: 'remainder', ...subject })).toEqual(['refund', 'mark'])
    expect(allowedActs({ kind: 'record', state: 'POISON', reason: null })).toEqual(['mark'])
  })
})

describe('two people', () => {
  it('are needed where money leaves', () => {
    expect(EXCEPTION_ACTS.filter(needsTwo)).toEqual(['refund', 'reverse'])
  })

  it('dishonour what a bank sends back and cancel the rest', () => {
    expect(['CHEQUE', 'DD', 'CASH', 'POSTAL_ORDER'].map(reversalActionOf)).toEqual([
      'DISHONOUR',
      'DISHONOUR',
      'CANCEL',
      'CANCEL',
    ])
  })
})
