// Prints documents on the virtual printer, for tests that want to read the paper and not the bytes.
import type { PrintBlock, PrintDocument } from '#drivers/printer/document.ts'
import { encodeEscPos } from '#drivers/printer/escpos.ts'
import type { PrinterProfile } from '#drivers/printer/profiles.ts'
import { findProfile } from '#drivers/printer/profiles.ts'
import type { PaperItem } from '#drivers/virtual/paper.ts'
import type { VirtualPrinter } from '#drivers/virtual/printer.ts'
import { createVirtualPrinter } from '#drivers/virtual/printer.ts'
import { slipToText } from '#drivers/virtual/slip-text.ts'

// Wider than any paper, so that a line the encoder makes too long is seen and not wrapped by the printer.
const ENDLESS_COLUMNS = 1_000

export function documentOf(...blocks: PrintBlock[]): PrintDocument {
  return { title: 'Test', lang: 'en-IN', blocks }
}

export function profileOf(id: string): PrinterProfile {
  const profile = findProfile(id)
  if (profile === undefined) throw new Error(`no profile ${id}`)
  return profile
}

export function bytesOf(document: PrintDocument, profileId = 'generic-80'): Buffer {
  return Buffer.from(encodeEscPos(document, profileOf(profileId)))
}

export function printOnPaper(document: PrintDocument, profile: PrinterProfile): VirtualPrinter {
  const printer = createVirtualPrinter({ columns: ENDLESS_COLUMNS })
  printer.receive(encodeEscPos(document, profile))
  printer.tearOff()
  return printer
}

export function itemsOf(document: PrintDocument, profile: PrinterProfile): PaperItem[] {
  return printOnPaper(document, profile)
    .slips()
    .flatMap(({ items }) => items)
}

/** What each line of text says, and how many columns it takes. */
export function linesOf(
  document: PrintDocument,
  profile: PrinterProfile,
): { text: string; columns: number }[] {
  return itemsOf(document, profile).flatMap((item) =>
    item.kind === 'line'
      ? [
          {
            text: item.glyphs.map(({ character }) => character).join(''),
            columns: item.glyphs.reduce((sum, { wide }) => sum + wide, 0),
          },
        ]
      : [],
  )
}

export function paperText(document: PrintDocument, profileId = 'generic-80'): string {
  const profile = profileOf(profileId)
  const printer = createVirtualPrinter({ columns: profile.columns })
  printer.receive(encodeEscPos(document, profile))
  printer.tearOff()
  return printer
    .slips()
    .map((slip) => slipToText(slip, profile.columns))
    .join('')
}
