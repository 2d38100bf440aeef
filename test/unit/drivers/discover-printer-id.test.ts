// Goal: what a printer says it is becomes its name in the list, whatever it says.
import { expect, test } from 'vitest'
import { parsePrinterId } from '#drivers/discover/printer-id.ts'

test.each([
  [
    'MFG:EPSON;CMD:ESC/POS;MDL:TM-T88;CLS:PRINTER;',
    { maker: 'EPSON', model: 'TM-T88', commands: ['ESC/POS'] },
  ],
  [
    'manufacturer: Star ;command set:STAR, ESC/POS;model:TSP100',
    { maker: 'Star', model: 'TSP100', commands: ['STAR', 'ESC/POS'] },
  ],
  ['DES:Receipt printer', { maker: null, model: 'Receipt printer', commands: [] }],
  ['MFG:;MDL: ;CMD:,;', { maker: null, model: null, commands: [] }],
  ['', { maker: null, model: null, commands: [] }],
  [':;;:x;no colon;\u0000\u0001', { maker: null, model: null, commands: [] }],
])('%j', (text, id) => {
  expect(parsePrinterId(text)).toEqual(id)
})

test('a long id is cut, not followed', () => {
  expect(parsePrinterId(`${'x'.repeat(100_000)};MFG:late`).maker).toBeNull()
})
