// Receipts of an invented town, shared by the printing tests and by whoever wants to look at a slip.
import type { PrintBlock, PrintDocument } from '#drivers/printer/document.ts'

const VERIFY_LINK =
  'https://pay.navapur.example/r/11~2026-27~000123?s=MEUCIQDk3v9Qb7Zt1xWm5RyTq8u2HhLpO0cN4sYj'

export const englishReceipt: PrintDocument = {
  title: 'Receipt 11/2026-27/000123',
  lang: 'en-IN',
  blocks: [
    {
      kind: 'text',
      text: 'Navapur Nagar Palika',
      align: 'center',
      isBold: true,
      size: 'double',
      role: 'issuer',
    },
    { kind: 'text', text: 'Ward office 7, Station Road, Navapur', align: 'center' },
    { kind: 'text', text: 'RECEIPT', align: 'center', isBold: true, role: 'title' },
    { kind: 'rule' },
    { kind: 'row', label: 'Receipt no.', value: '11/2026-27/000123', isBold: true },
    { kind: 'row', label: 'Date and time', value: '23-11-2026 10:15 IST' },
    { kind: 'row', label: 'Consumer no.', value: 'PT-107-001234' },
    { kind: 'row', label: 'Received from', value: 'R****** K****' },
    { kind: 'row', label: 'Service', value: 'Property tax' },
    { kind: 'row', label: 'Period', value: '01-04-2026 to 31-03-2027' },
    { kind: 'rule', style: 'dashed' },
    {
      kind: 'columns',
      isBold: true,
      cells: [
        { text: 'Head', width: 3 },
        { text: 'Due', width: 2, align: 'right', isWhole: true },
        { text: 'Paid', width: 2, align: 'right', isWhole: true },
      ],
    },
    ...tableLines([
      ['Property tax 2026-27', '9,450.00', '9,450.00'],
      ['Fire cess', '472.50', '472.50'],
      ['Interest on arrears of earlier years', '1,077.50', '1,077.50'],
      ['Rebate for early payment', '-500.00', '-500.00'],
    ]),
    { kind: 'rule', style: 'double' },
    {
      kind: 'row',
      label: 'PAID Rs',
      value: '10,500.00',
      isBold: true,
      size: 'double-height',
      role: 'total',
    },
    { kind: 'text', text: 'Rupees ten thousand five hundred only' },
    { kind: 'row', label: 'Mode', value: 'Cash' },
    { kind: 'row', label: 'Balance left', value: '0.00' },
    { kind: 'row', label: 'Cashier / terminal / shift', value: 'C-07 / T-12 / 2' },
    { kind: 'rule' },
    { kind: 'qr', payload: VERIFY_LINK, caption: 'Scan to verify this receipt' },
    { kind: 'barcode', payload: '11/2026-27/000123' },
    { kind: 'feed', lines: 1 },
    {
      kind: 'text',
      text: 'Help: 1800 000 0000 (8 to 20 h). Keep this receipt.',
      align: 'center',
      role: 'small',
    },
    { kind: 'cut' },
  ],
}

export const hindiReceipt: PrintDocument = {
  title: 'Receipt 11/2026-27/000124',
  lang: 'hi-IN',
  blocks: [
    { kind: 'drawer' },
    {
      kind: 'text',
      text: 'नवपुर नगर पालिका',
      align: 'center',
      isBold: true,
      size: 'double',
      role: 'issuer',
    },
    { kind: 'text', text: 'वार्ड कार्यालय ७, स्टेशन मार्ग, नवपुर', align: 'center' },
    { kind: 'text', text: 'रसीद / RECEIPT', align: 'center', isBold: true, role: 'title' },
    {
      kind: 'banner',
      text: 'DUPLICATE COPY 2 / प्रतिलिपि',
      detail: 'printed 23-11-2026 10:20 by C-07',
    },
    { kind: 'rule' },
    { kind: 'row', label: 'रसीद संख्या', value: '11/2026-27/000124', isBold: true },
    { kind: 'row', label: 'दिनांक', value: '23-11-2026 10:15 IST' },
    { kind: 'row', label: 'उपभोक्ता संख्या', value: 'WS-107-000777' },
    { kind: 'row', label: 'नाम', value: 'श्रीमती प्रियंका क्षेत्रपाल' },
    {
      kind: 'row',
      label: 'पता',
      value: 'मकान संख्या १२/४, कृष्णा कुञ्ज, द्वारका मार्ग, विश्वविद्यालय परिसर के सामने, नवपुर',
    },
    { kind: 'rule', style: 'dashed' },
    {
      kind: 'columns',
      isBold: true,
      cells: [
        { text: 'मद', width: 3 },
        { text: 'देय', width: 2, align: 'right', isWhole: true },
        { text: 'प्राप्त', width: 2, align: 'right', isWhole: true },
      ],
    },
    ...tableLines([
      ['जल शुल्क २०२६-२७', '₹1,200.00', '₹1,200.00'],
      ['विलंब शुल्क', '₹50.00', '₹50.00'],
    ]),
    { kind: 'rule', style: 'double' },
    {
      kind: 'row',
      label: 'प्राप्त राशि',
      value: '₹1,250.00',
      isBold: true,
      size: 'double-height',
      role: 'total',
    },
    { kind: 'text', text: 'रुपये एक हज़ार दो सौ पचास मात्र' },
    { kind: 'row', label: 'भुगतान का माध्यम', value: 'UPI ****4321' },
    { kind: 'row', label: 'Cashier / terminal', value: 'C-07 / T-12' },
    { kind: 'qr', payload: 'https://pay.navapur.example/r/124?नाम=हाँ', caption: 'रसीद की जाँच करें' },
    { kind: 'text', text: 'यह रसीद सँभाल कर रखें।', align: 'center', role: 'small' },
    { kind: 'cut', mode: 'full' },
  ],
}

export const provisionalReceipt: PrintDocument = {
  ...englishReceipt,
  blocks: [
    {
      kind: 'banner',
      text: 'PROVISIONAL - NOT YET RECORDED',
      detail: 'The final number follows by SMS',
    },
    ...englishReceipt.blocks,
  ],
}

function tableLines(lines: readonly (readonly [string, string, string])[]): PrintBlock[] {
  return lines.map(([head, due, paid]) => ({
    kind: 'columns',
    cells: [
      { text: head, width: 3 },
      { text: due, width: 2, align: 'right', isWhole: true },
      { text: paid, width: 2, align: 'right', isWhole: true },
    ],
  }))
}
