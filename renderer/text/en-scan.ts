// English words about codes that name no bill, and about badges. Part of en.ts; hi-scan.ts has the same keys. A reason is a name that
// core or host gives (`reason` of scan_not_understood), or why a scanner could not read.
export const enScan = {
  'scan.raw': 'What was read: {text}',
  'scan.unreadable': 'A code was seen and could not be read.',
  'scan.unreadable.act': 'Scan it once more, or type the consumer number that is printed on the bill.',
  'scanReason.badge': 'This is a badge, not a bill. A badge signs in on the first screen.',
  'scanReason.bad_amount': 'It is a payment code with an amount that is no amount of rupees.',
  'scanReason.bad_checksum':
    'It is a bank payment code, and its check sum is wrong: the print is damaged or was changed.',
  'scanReason.bad_currency': 'It is a payment code in another currency than the rupee.',
  'scanReason.bank_card':
    'This was a bank card. It was not read and nothing was kept. Cards are taken on the card terminal.',
  'scanReason.card_unreadable': 'A card was seen and could not be read. Hold it to the reader once more.',
  'scanReason.cut_short': 'It is a bank payment code, and its end is missing.',
  'scanReason.empty': 'The scanner sent nothing.',
  'scanReason.garbage':
    'The scanner sent signs that stand on no bill. Its cable or its settings may be wrong.',
  'scanReason.malformed': 'The scanner sent something else than it announced.',
  'scanReason.names_no_bill': 'It is a payment code that names no bill. Nobody has paid by it.',
  'scanReason.no_rule_fits':
    'It is a link, and this till has not been told which part of such links is the bill. Links are never opened.',
  'scanReason.not_a_code': 'It is a text and no number of a bill.',
  'scanReason.part_lost': 'The rest of a long code did not come.',
  'scanReason.too_long': 'It is longer than any code of a bill.',
  'scanReason.upi_malformed': 'It is a UPI code that is not written as UPI codes are.',
  'signIn.badgeUnknown': 'Nobody with this badge works at this till.',
  'signIn.badgeUnknown.act': 'Scan the badge once more, or choose your name.',
} as const
