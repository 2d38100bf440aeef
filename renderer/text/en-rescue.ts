// English words of carrying money out of a till by hand.

export const enRescue = {
  'rescue.open': 'Carry out by hand …',
  'rescue.title': 'Carry out what was not sent',
  'rescue.what':
    'If this till cannot send any more, carry its payments to the office: as a file, or as codes that a scanner there reads from this screen. Only the office can open it.',
  'rescue.making': 'Getting it ready …',
  'rescue.sum': '{count, plural, =0 {No payments} one {# payment} other {# payments}}, {amount}',
  'rescue.leftOut':
    '{count, plural, =0 {No record} one {# record} other {# records}} could not be proved and are not in it. Keep this machine as it is.',
  'rescue.save': 'Save the file',
  'rescue.saved': 'Saved as {name}',
  'rescue.codes': 'Show {count, plural, =0 {no code} one {the code} other {# codes}}',
  'rescue.noCodes': 'It is too much for codes: carry the file.',
  'rescue.code': 'Code {number} of {count}',
  'rescue.before': 'Before',
  'rescue.after': 'Next',
  'rescue.next':
    'The office takes it in with the command rescue-import. Nothing is counted twice, even if this till sends later by itself.',
  'rescue.nothing': 'The office has everything.',
  'rescue.nothingHint': 'There is nothing to carry: every payment of this till was handed over.',
}
