// Goal: every printer we name is described so that slips come out on its paper, in its own code pages; and settings that
// cannot be right are refused in words that say what to choose instead.
import { expect, test } from 'vitest'
import { encodeDocument } from '#drivers/printer/encode-document.ts'
import { openPrinterOver } from '#drivers/printer/open-printer.ts'
import { parsePrinterAddress } from '#drivers/printer/printer-address.ts'
import { COLUMNS_KNOWN, complaintAboutProfile } from '#drivers/printer/profile-fit.ts'
import { findProfile, type PrinterProfile, profiles } from '#drivers/printer/profiles.ts'
import { memoryTransport } from '#drivers/transport/memory.ts'
import { createVirtualPrinter } from '#drivers/virtual/printer.ts'
import { englishReceipt } from './sample-receipts.ts'
import { documentOf, linesOf, paperText, profileOf } from './virtual-slip.ts'

test('each profile has a name of its own and makes sense', () => {
  expect(new Set(profiles.map(({ id }) => id)).size).toBe(profiles.length)
  expect(profiles.map((profile) => complaintAboutProfile(profile)).filter((words) => words !== null)).toEqual(
    [],
  )
})

test('there is a profile for every width of font A, on both papers, and for the makes sold in India', () => {
  expect([...new Set(profiles.map(({ columns }) => columns))].toSorted((a, b) => a - b)).toEqual(
    COLUMNS_KNOWN,
  )
  expect(new Set(profiles.map(({ paperMm }) => paperMm))).toEqual(new Set([58, 80]))
  const makes = ['Epson', 'Bixolon', 'Citizen', 'Star', 'Xprinter', 'TVS', 'NGX', 'Posiflex']
  const labels = profiles.map(({ label }) => label).join('\n')
  expect(makes.filter((make) => !labels.includes(make))).toEqual([])
})

const escPos = profiles.filter(({ language, isAllPicture }) => language === 'esc-pos' && !isAllPicture)

test.each(escPos.map((profile) => [profile.id, profile] as const))(
  '%s: every line fits the paper, and every letter of its pages is the letter meant',
  (_, profile) => {
    expect(Math.max(...linesOf(englishReceipt, profile).map(({ columns }) => columns))).toBeLessThanOrEqual(
      profile.columns,
    )
    const samples = { cp437: 'é£½', cp858: '€Á', windows1252: '“€”' }
    for (const { name } of profile.codePages) {
      expect(paperText(documentOf({ kind: 'text', text: samples[name] }), profile.id)).toBe(
        `${samples[name]}\n`,
      )
    }
    expect(encodeDocument(englishReceipt, profile).length).toBeGreaterThan(500)
  },
)

test('a make whose tables we do not know gets pictures instead of commands it may lack', () => {
  const paper = paperText(documentOf({ kind: 'text', text: '€5' }, { kind: 'qr', payload: 'x' }), 'tvs-rp')
  expect(paper.match(/\[picture/g)?.length).toBeGreaterThan(1)
  expect(paper.replaceAll(/\[picture \d+ x \d+\]\n/g, '')).toBe('')
})

test.each([
  ['tcp://192.0.2.7?profile=epson', 'profile must be one of generic-80, generic-58'],
  [
    'tcp://192.0.2.7?profile=generic-58&columns=48',
    '48 columns do not fit on the 58 mm paper of "generic-58", which holds 32',
  ],
  ['tcp://192.0.2.7?columns=40', 'columns must be one of 32, 35, 42, 44, 48'],
  ['tcp://192.0.2.7?columns=wide', 'columns must be one of'],
])('%s is refused', (url, words) => {
  expect(() => parsePrinterAddress(url)).toThrow(
    expect.objectContaining({ code: 'printer_url_invalid', message: expect.stringContaining(words) }),
  )
})

test('a printer switched to other columns than its profile keeps its paper', () => {
  const { profile } = parsePrinterAddress('serial:/dev/ttyUSB0?profile=xprinter-80&columns=42&baud=19200')
  expect(profile).toEqual({ ...findProfile('xprinter-80'), columns: 42 })
})

test.each([
  [{ language: 'zpl' as 'esc-pos' }, 'the commands "zpl"'],
  [{ paperMm: 112 as 80 }, 'paper of 112 mm'],
  [{ paperMm: 58 }, '"generic-80" prints 576 dots, but paper of 58 mm takes at most 432'],
  [{ dots: 500 }, 'a multiple of 8'],
  [{ columns: 64 }, 'columns must be one of'],
  [{ codePages: [] }, 'has no code page cp437'],
] satisfies [Partial<PrinterProfile>, string][])('a profile with %j opens no printer', (wrong, words) => {
  const transport = memoryTransport(createVirtualPrinter({ columns: 48 }), 'memory')
  const open = () =>
    openPrinterOver(transport, { kind: 'virtual', profile: { ...profileOf('generic-80'), ...wrong } })
  expect(open).toThrow(
    expect.objectContaining({ code: 'printer_url_invalid', message: expect.stringContaining(words) }),
  )
})
