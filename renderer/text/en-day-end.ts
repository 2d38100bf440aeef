// Words of the end of the day of a card terminal, in the device check.

export const enDayEnd = {
  'dayEnd.act': 'End of day',
  'dayEnd.actOf': 'End of day of {name}',
  'dayEnd.title': 'End the day of {name}?',
  'dayEnd.what':
    'It hands its card sales since the last time to the bank and tells its totals. Do this once a day, after the last card.',
  'dayEnd.notNow': 'Not now',
  'dayEnd.do': 'End the day',
  'dayEnd.doing': 'The terminal is at work…',
  'dayEnd.doneTitle': 'End of day: {name}',
  'dayEnd.done': 'The terminal has closed its day.',
  'dayEnd.refused': 'The terminal has not closed its day.',
  'dayEnd.refusedAct': 'It says: {words}',
  'dayEnd.unknown': 'It is not known whether the terminal closed its day.',
  'dayEnd.unknownAct': 'Look at its display or its own report before you try again.',
  'dayEnd.lines': 'What it told',
  'dayEnd.close': 'Close',
} as const
