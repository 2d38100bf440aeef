// What hardware may do wrong, as one closed list of codes. Every driver throws or returns a DriverProblem and nothing else
// for things the world did; the host maps the codes to words on the screen. Messages are whole sentences a person can act
// on and never hold personal data.

export type DriverProblemCode =
  // any device, whatever carries its bytes
  | 'device_unreachable'
  | 'device_permission'
  | 'device_in_use'
  | 'device_gone'
  | 'device_no_answer'
  | 'device_unsupported'
  | 'device_address_invalid'
  // scanners and card readers
  | 'scan_unreadable'
  | 'bank_card_refused'
  | 'card_unreadable'
  // card terminals
  | 'card_terminal_busy'
  | 'card_terminal_not_set_up'
  | 'card_terminal_refused'
  | 'card_terminal_wrong_answer'
  | 'card_terminal_result_unknown'
  // printers
  | 'printer_unreachable'
  | 'printer_disconnected'
  | 'printer_no_answer'
  | 'printer_busy'
  | 'printer_offline'
  | 'printer_cover_open'
  | 'printer_paper_out'
  | 'printer_error'
  | 'printer_none'
  | 'printer_url_invalid'
  | 'document_invalid'
  | 'file_not_writable'

export class DriverProblem extends Error {
  readonly code: DriverProblemCode

  constructor(code: DriverProblemCode, message: string, options?: { cause?: unknown }) {
    super(message, options)
    this.name = 'DriverProblem'
    this.code = code
  }
}
