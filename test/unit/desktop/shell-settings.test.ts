// Goal: a till is set up the same way in each shell: command line before environment before its settings file, and a
// setting that cannot be used is named in a sentence.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { readShellSettings, SETTINGS_FILE, SettingsError } from '#host/shell-settings.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tahsil-settings-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const read = (values: Record<string, string>, env: Record<string, string> = {}) =>
  readShellSettings({ values, env, defaultDataDir: folder })
const write = (settings: object | string): void =>
  writeFileSync(
    join(folder, SETTINGS_FILE),
    typeof settings === 'string' ? settings : JSON.stringify(settings),
  )

it('has a default for everything but the integrator', () => {
  expect(read({ integrator: 'https://pay.example.org' })).toEqual({
    dataDir: folder,
    integratorUrl: 'https://pay.example.org',
    integratorCa: null,
    isHttpAllowed: false,
    enrolmentCode: null,
    deviceName: 'Counter 1',
    journalCopy: null,
    printer: 'none',
    scanners: [],
    scanPrefix: '~',
    scanLinkRules: [],
    cardTerminal: 'manual',
    cardReader: null,
    drawerOpenLevel: 'unknown',
    poleDisplay: null,
    customerDisplay: null,
    isCustomerDisplayWanted: false,
    paperColumns: 48,
    receiptLanguage: 'en',
    logLevel: 'info',
    face: 'counter',
    isUnattended: false,
  })
  expect(() => read({})).toThrow(/--integrator/)
})

it('says where the payer looks and how the drawer is wired, and what cannot be', () => {
  const integrator = 'https://pay.example.org'
  const at = (display: string) => read({ integrator, 'customer-display': display }).customerDisplay
  expect([at('off'), at('on'), at('link'), at('1920,-40')]).toEqual([
    null,
    { place: null, hasWindow: true },
    { place: null, hasWindow: false },
    { place: { x: 1920, y: -40 }, hasWindow: true },
  ])
  for (const wrong of ['yes', '1920', '1,2,3', 'a,b'])
    expect(() => at(wrong)).toThrow(/--customer-display must be/)
  expect(read({ integrator, 'drawer-open-level': 'low' }).drawerOpenLevel).toBe('low')
  expect(() => read({ integrator, 'drawer-open-level': 'up' })).toThrow(/--drawer-open-level/)
  const pole = 'pole:escpos:serial:/dev/ttyUSB1'
  expect(read({ integrator, 'pole-display': pole }).poleDisplay).toBe(pole)
})

it('takes the command line before the environment before the file', () => {
  write({ integratorUrl: 'https://file.example', printer: 'tcp://192.0.2.1:9100', paperColumns: 32 })
  const env = { TAHSIL_INTEGRATOR_URL: 'https://env.example', TAHSIL_PRINTER: '' }
  expect(read({ integrator: 'https://line.example' }, env).integratorUrl).toBe('https://line.example')
  expect(read({}, env)).toMatchObject({
    integratorUrl: 'https://env.example',
    printer: 'tcp://192.0.2.1:9100',
    paperColumns: 32,
  })
  expect(read({}).integratorUrl).toBe('https://file.example')
})

it('takes a sign before scans, or none, and several rules for links', () => {
  const integrator = 'https://a'
  expect(read({ integrator, 'scan-prefix': 'none' }).scanPrefix).toBe('')
  expect(read({ integrator, 'scan-prefix': '`' }).scanPrefix).toBe('`')
  const rules = ['https://x/(\\d+)', 'https://y/(\\w+),z']
  expect(read({ integrator, 'scan-link-rule': ` ${rules.join('  ')} ` }).scanLinkRules).toEqual(rules)
})

it.each([
  [{ integrator: 'https://a', 'scan-prefix': 'F9' }, /--scan-prefix/],
  [{ integrator: 'https://a', 'scan-prefix': 'a' }, /--scan-prefix/],
  [{ integrator: 'https://a', 'scan-link-rule': 'https://x/(a|b)' }, /is no rule for links/],
  [{ integrator: 'pay.example.org' }, /must be an address/],
  [{ integrator: 'file:///etc/passwd' }, /must be an address/],
  [{ integrator: 'http://pay.example.org' }, /must be reached over https/],
  [{ integrator: 'https://a', columns: '80' }, /--columns/],
  [{ integrator: 'https://a', face: 'cinema' }, /--face/],
  [{ integrator: 'https://a', log: 'loud' }, /--log/],
])('says what is wrong: %o', (values, words) => {
  expect(() => read(values)).toThrow(SettingsError)
  expect(() => read(values)).toThrow(words)
})

it.each(['', 'x', '[]', 'null', '{"integratorURL":"https://a"}'])(
  'refuses a file it cannot use: %s',
  (text) => {
    write(text)
    expect(() => read({ integrator: 'https://a' })).toThrow(SettingsError)
  },
)

it('speaks plain http to this machine, to another only when it is told to, and pins a CA', () => {
  for (const integrator of ['http://127.0.0.1:8480', 'http://localhost:8480', 'http://[::1]:8480'])
    expect(read({ integrator })).toMatchObject({ integratorUrl: integrator, isHttpAllowed: false })
  const far = { integrator: 'http://10.1.2.3:8480' }
  expect(read(far, { TAHSIL_ALLOW_HTTP: '1' })).toMatchObject({ isHttpAllowed: true })
  expect(() => read(far, { TAHSIL_ALLOW_HTTP: 'yes' })).toThrow(SettingsError)
  const env = { TAHSIL_INTEGRATOR_CA: '/etc/town-ca.pem' }
  expect(read({ integrator: 'https://a' }, env).integratorCa).toBe('/etc/town-ca.pem')
})
