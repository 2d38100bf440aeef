// Words about the office's limits, the clock of the till and what a payer agrees to.

export const enTillRules = {
  'clock.ahead': 'The clock of this till is {age} ahead.',
  'clock.behind': 'The clock of this till is {age} behind.',
  'clock.stop': 'The clock of this till is wrong: no money can be taken.',
  'clock.stopAct': 'Set date and time right, or a supervisor signs in to go on.',
  'clock.warnAct': 'Receipts carry the time of the office. Have the clock set right.',

  'consent.advance': 'If less is due by then: what is left over is kept as an advance.',
  'consent.hint': 'Ask the payer. Tick only what they agree to; else the rules of the office decide.',
  'consent.part': 'If more is due by then: this counts as a part payment.',
  'consent.title': 'DIGIT may show another amount by the time this is sent',

  'fact.limit':
    '{value, select, receipt {Cash on one receipt} shift {Collected in this shift} cashInHand {Cash in hand} unsent {Money not yet sent} unsentCount {Payments not yet sent} other {Time without the office}}',
  'fact.limitCount': 'Limit: {value}',
  'fact.limitMs': 'Limit: {value}',
  'fact.limitPaise': 'Limit: {value}',
  'fact.rightMs': 'The right time: {value}',
  'fact.valueCount': 'With this payment: {value}',
  'fact.valueMs': 'Now: {value}',
  'fact.valuePaise': 'With this payment: {value}',

  'limit.stop.cashInHand': 'No more cash: hand in what is in the drawer.',
  'limit.stop.offline': 'No more cash: this till must be online once.',
  'limit.stop.others': 'Other ways of paying go on.',
  'limit.stop.receipt': 'This is too much cash for one receipt.',
  'limit.stop.shift': 'No more cash in this shift: close it and open a new one.',
  'limit.stop.unsent': 'No more cash: this till must be online once.',
  'limit.stop.unsentCount': 'No more cash: this till must be online once.',
  'limit.value.cashInHand': 'Cash in hand: {value} of {max}.',
  'limit.value.offline': 'Without the office for {value}, {max} are allowed.',
  'limit.value.receipt': 'Cash on one receipt: {value} of {max}.',
  'limit.value.shift': 'Collected in this shift: {value} of {max}.',
  'limit.value.unsent': 'Money not yet sent: {value} of {max}.',
  'limit.value.unsentCount': 'Payments not yet sent: {value} of {max}.',
  'limit.warn.cashInHand': 'Hand in cash soon.',
  'limit.warn.offline': 'Bring this till online soon.',
  'limit.warn.receipt': 'Near the most cash for one receipt.',
  'limit.warn.shift': 'Close this shift soon: it is near its limit.',
  'limit.warn.unsent': 'Bring this till online soon.',
  'limit.warn.unsentCount': 'Bring this till online soon.',
}
