// What a printer's character generator holds at bytes 0x80 to 0xFF, written down from the vendors' code page charts
// and not from the encoder's package, so that a wrong byte of ours shows as a wrong letter on the virtual slip.
const CP437 =
  'ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀' +
  'αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u00a0'
const CP858 =
  'ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜø£Ø×ƒáíóúñÑªº¿®¬½¼¡«»░▒▓│┤ÁÂÀ©╣║╗╝¢¥┐└┴┬├─┼ãÃ╚╔╩╦╠═╬¤ðÐÊËÈ€ÍÎÏ┘┌█▄¦Ì▀' +
  'ÓßÔÒõÕµþÞÚÛÙýÝ¯´\u00ad±‗¾¶§÷¸°¨·¹³²■\u00a0'

const WINDOWS_1252 = new TextDecoder('windows-1252').decode(
  Uint8Array.from({ length: 128 }, (_, index) => 128 + index),
)

/** By n of `ESC t n`: 0, 16 and 19 as nearly all makes have them, 2 as Citizen, 6 and 8 as HP. */
export const codePageTables: ReadonlyMap<number, string> = new Map([
  [0, CP437],
  [2, CP858],
  [6, CP858],
  [8, WINDOWS_1252],
  [16, WINDOWS_1252],
  [19, CP858],
])
