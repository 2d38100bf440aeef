// Goal: a sale is told only to the terminal itself: its certificate must come from the given CA and name this very terminal.
// Keys and certificates are made for this run and thrown away.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, expect, test } from 'vitest'
import type { CertificateRule } from '#drivers/card-terminal/nexo/certificate-rule.ts'
import { openNexoTerminal } from '#drivers/card-terminal/nexo/nexo-terminal.ts'
import { startVirtualNexo } from '#drivers/virtual/nexo-terminal.ts'

const folder = mkdtempSync(join(tmpdir(), 'tahsil-nexo-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const pem = (name: string) => readFileSync(join(folder, name), 'utf8')

/** A key and its certificate; signed by itself when `ca` is null. */
function makeCertificate(name: string, commonName: string, ca: string | null) {
  const inFolder = (file: string) => join(folder, file)
  const signing = ca === null ? [] : ['-CA', inFolder(`${ca}.pem`), '-CAkey', inFolder(`${ca}.key`)]
  const request = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']
  const files = ['-keyout', inFolder(`${name}.key`), '-out', inFolder(`${name}.pem`)]
  execFileSync('openssl', [...request, ...files, '-subj', `/CN=${commonName}`, '-days', '2', ...signing], {
    stdio: 'pipe',
  })
  return { key: pem(`${name}.key`), cert: pem(`${name}.pem`) }
}

const parties = { saleId: 'LDH-CTR-07', poiId: 'V400m-123456789', currency: 'INR' }
makeCertificate('root', 'Terminal Root of this test', null)
makeCertificate('other-root', 'Another Root', null)
const certificates = {
  own: makeCertificate('own', 'V400m-123456789.test.terminal.adyen.com', 'root'),
  legacy: makeCertificate('legacy', 'legacy-terminal-certificate.test.terminal.adyen.com', 'root'),
  'of another terminal': makeCertificate('another', 'V400m-999999999.test.terminal.adyen.com', 'root'),
  'of the live world': makeCertificate('live', 'V400m-123456789.live.terminal.adyen.com', 'root'),
  'with a longer name': makeCertificate(
    'longer',
    'x.V400m-123456789.test.terminal.adyen.com.evil.example',
    'root',
  ),
  'of another root': makeCertificate('foreign', 'V400m-123456789.test.terminal.adyen.com', 'other-root'),
  'signed by itself': makeCertificate('self', 'V400m-123456789.test.terminal.adyen.com', null),
}

const closing: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

async function saleWith(tls: { key: string; cert: string }, certificateRule: CertificateRule = 'adyen-test') {
  const virtual = await startVirtualNexo({ ...parties, tls })
  const url = virtual.url
  const terminal = openNexoTerminal({ url, parties, key: null, ca: pem('root.pem'), certificateRule })
  closing.push(terminal.close, virtual.close)
  const intent = { reference: 'T1', amountPaise: 100, startedAtMs: Date.now(), terminalReference: null }
  const watch = { onProgress: () => undefined, onHandedOver: () => undefined }
  return { outcome: await terminal.start(intent, watch), virtual }
}

test.each(['own', 'legacy'] as const)(
  'the %s certificate is the right one, whatever the address',
  async (name) => {
    const { outcome, virtual } = await saleWith(certificates[name])
    expect(outcome.kind).toBe('approved')
    expect(virtual.ledger).toHaveLength(1)
  },
)

test.each([
  'of another terminal',
  'of the live world',
  'with a longer name',
  'of another root',
  'signed by itself',
] as const)('a certificate %s: nothing is sent', async (name) => {
  const { outcome, virtual } = await saleWith(certificates[name])
  expect(outcome).toMatchObject({ kind: 'not_started', problem: { code: 'card_terminal_not_set_up' } })
  expect(virtual.requests).toEqual([])
})

test('by the rule of host names the name of a terminal is not enough', async () => {
  const { outcome, virtual } = await saleWith(certificates.own, 'host-name')
  expect(outcome).toMatchObject({ kind: 'not_started', problem: { code: 'card_terminal_not_set_up' } })
  expect(virtual.requests).toEqual([])
})

test('without a CA the rule of Adyen is refused, and plain http to another machine always', () => {
  const open = (url: string, certificateRule: CertificateRule) =>
    openNexoTerminal({ url: new URL(url), parties, key: null, ca: null, certificateRule })
  expect(() => open('https://192.0.2.9:8443/nexo', 'adyen-live')).toThrow(
    'CA that signed its certificate is missing',
  )
  expect(() => open('http://192.0.2.9:8443/nexo', 'host-name')).toThrow('must begin with https://')
})
