// Words of the screen of a till that waits to be let in by the office.

export const enEnrolment = {
  'enrolment.digits': 'Six digits of this till: {digits}',
  'enrolment.offline': 'The office server is not reached just now. The till goes on asking.',
  'enrolment.same':
    'The office types them into its own list. When they are the same there, it lets this till in.',
  'enrolment.tell': 'Read these six digits to the office, by telephone or in person.',
  'enrolment.title': 'This till waits to be let in',
  'enrolment.wait': 'Nothing more is to do here: this screen goes on by itself.',
  'enrolment.wrong':
    'If the office says they are wrong, do not use this till: somebody may stand between it and the office.',
} as const
