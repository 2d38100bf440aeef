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
    enrolmentCode: null,
    deviceName: 'Counter 1',
    printer: 'none',
    paperColumns: 48,
    logLevel: 'info',
    face: 'counter',
  })
  expect(() => read({})).toThrow(/--integrator/)
})

it('takes the command line before the environment before the file', () => {
  write({ integratorUrl: 'http://file.example', printer: 'tcp://192.0.2.1:9100', paperColumns: 32 })
  const env = { TAHSIL_INTEGRATOR_URL: 'http://env.example', TAHSIL_PRINTER: '' }
  expect(read({ integrator: 'http://line.example' }, env).integratorUrl).toBe('http://line.example')
  expect(read({}, env)).toMatchObject({
    integratorUrl: 'http://env.example',
    printer: 'tcp://192.0.2.1:9100',
    paperColumns: 32,
  })
  expect(read({}).integratorUrl).toBe('http://file.example')
})

it.each([
  [{ integrator: 'pay.example.org' }, /must be an address/],
  [{ integrator: 'file:///etc/passwd' }, /must be an address/],
  [{ integrator: 'http://a', columns: '80' }, /--columns/],
  [{ integrator: 'http://a', face: 'cinema' }, /--face/],
  [{ integrator: 'http://a', log: 'loud' }, /--log/],
])('says what is wrong: %o', (values, words) => {
  expect(() => read(values)).toThrow(SettingsError)
  expect(() => read(values)).toThrow(words)
})

it.each(['', 'x', '[]', 'null', '{"integratorURL":"http://a"}'])(
  'refuses a file it cannot use: %s',
  (text) => {
    write(text)
    expect(() => read({ integrator: 'http://a' })).toThrow(SettingsError)
  },
)
