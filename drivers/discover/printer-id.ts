// What a printer says it is: the IEEE 1284 device id, "MFG:EPSON;CMD:ESC/POS;MDL:TM-T88;CLS:PRINTER;". Called by listers.ts.
const TEXT_CHARACTERS_MAX = 1_024

export type PrinterId = {
  readonly maker: string | null
  readonly model: string | null
  /** "ESC/POS", "ESC/POS,STAR": empty when the printer does not tell. */
  readonly commands: readonly string[]
}

/** Never throws: what is not understood is null. Keys have a short and a long form; the standard allows both. */
export function parsePrinterId(text: string): PrinterId {
  const fields = new Map<string, string>()
  for (const field of text.slice(0, TEXT_CHARACTERS_MAX).split(';')) {
    const colon = field.indexOf(':')
    if (colon > 0) fields.set(field.slice(0, colon).trim().toUpperCase(), field.slice(colon + 1).trim())
  }
  const pick = (...names: string[]): string | null =>
    names.map((name) => fields.get(name)).find((value) => value !== undefined && value !== '') ?? null
  return {
    maker: pick('MFG', 'MANUFACTURER'),
    model: pick('MDL', 'MODEL', 'DES', 'DESCRIPTION'),
    commands: (pick('CMD', 'COMMAND SET') ?? '')
      .split(',')
      .map((one) => one.trim())
      .filter((one) => one !== ''),
  }
}
