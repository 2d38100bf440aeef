// Words of what became of a print, and why.

export const enPrinting = {
  'cause.device_in_use': 'Another program uses it. Close that one.',
  'cause.device_permission': 'This program may not use it. Ask whoever set up this till.',
  'cause.document_invalid': 'This receipt cannot be laid out for paper. Save it as PDF.',
  'cause.ended_while_printing': 'The till ended while the slip was being printed.',
  'cause.file_not_writable': 'It cannot be written to. Check that it is plugged in and switched on.',
  'cause.printer_busy': 'It has too many slips waiting. Try again soon.',
  'cause.printer_cover_open': 'Its cover is open. Close it.',
  'cause.printer_disconnected': 'The line to it broke. Check its cable and power.',
  'cause.printer_error':
    'It reports a fault of its cutter or print head. Switch it off, clear the paper path, switch it on.',
  'cause.printer_no_answer': 'It gives no answer. Look whether a whole slip came out.',
  'cause.printer_offline': 'It is offline. Press its feed or online button, or switch it off and on.',
  'cause.printer_paper_out': 'It is out of paper. Put in a new roll and close the cover.',
  'cause.printer_unreachable': 'It cannot be reached. Check that it is switched on and plugged in.',

  'paper.anyPrinter': 'The printer',
  'paper.didPrint': 'It did print',
  'paper.failed': '{printer}: nothing was printed.',
  'paper.interrupted': '{printer}: the slip broke off. What came out is void.',
  'paper.otherPrinter': 'Print on the other printer',
  'paper.safe': 'The payment is safe.',
  'paper.spare': 'The other printer',
  'paper.spareInUse': 'Slips come out of the other printer{named, select, true { ({printer})} other {}}.',
  'paper.unknown': '{printer} does not say whether the slip came out.',

  'print.interrupted': 'Broke off, void',
  'print.sent': 'Sent, the printer has not answered yet',

  'reprint.isOut': 'It has come out after all. Look at the printer.',
} as const
