// Goal: over TLS the till speaks only to an integrator whose certificate comes from the CA it was given, and to nobody else.
import { createServer, type Server } from 'node:https'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { devicesApi } from '#contract/devices-api.ts'
import { deviceSigner, makeDeviceKey } from '#host/identity/device-key.ts'
import { readCa } from '#host/link/integrator-address.ts'
import { createIntegratorCalls } from '#host/link/integrator-calls.ts'
import { createLinkState } from '#host/link/link-state.ts'
import { testClock } from '#test/unit/store/till-kit.ts'
import { makeCa } from './throwaway-ca.ts'

const ca = makeCa('Town CA')
const folder = mkdtempSync(join(tmpdir(), 'tahsil-tls-'))
let server: Server
let url: string
let asked = 0
let lastSignature = ''
beforeAll(async () => {
  const { certificate, key } = ca.issueForLoopback()
  server = createServer({ cert: certificate, key }, (request, response) => {
    asked += 1
    lastSignature = String(request.headers['signature'])
    const device = { deviceId: 'd-1', deviceCode: '0417', incarnation: 'A', tenantId: 'pb.testnagar' }
    response.end(JSON.stringify({ device, approval: 'approved', isForked: false, serverTimeMs: Date.now() }))
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(() => {
  server.closeAllConnections()
  server.close()
  rmSync(folder, { recursive: true, force: true })
})

async function askWith(pem: string | null) {
  const signer = deviceSigner(makeDeviceKey())
  const calls = createIntegratorCalls({
    baseUrl: url,
    ca: pem,
    speaker: () => ({ deviceId: 'd-1', signer, isApproved: true }),
    clock: testClock(),
    link: createLinkState(testClock()),
  })
  try {
    return await calls.call(devicesApi.me, { timeoutMs: 2_000 })
  } finally {
    calls.close()
  }
}

test('the CA that was given is believed', async () => {
  const file = join(folder, 'ca.pem')
  writeFileSync(file, ca.certificate)
  expect(await askWith(readCa(file))).toMatchObject({ approval: 'approved' })
  expect(asked).toBe(1)
  expect(lastSignature).toMatch(/^tahsil=:/)
})

test.each([
  ['another CA of the same name', makeCa('Town CA').certificate],
  ['the authorities of this machine', null],
])('%s is not enough, and nothing is said to it', async (_what, pem) => {
  const before = asked
  await expect(askWith(pem)).rejects.toMatchObject({ code: 'integrator_unreachable' })
  expect(asked).toBe(before)
})

test('a file that holds no certificate is told by its name', () => {
  const file = join(folder, 'not-a-ca.pem')
  writeFileSync(file, 'hello')
  expect(() => readCa(file)).toThrow(/TAHSIL_INTEGRATOR_CA/)
  expect(() => readCa(join(folder, 'absent.pem'))).toThrow(/TAHSIL_INTEGRATOR_CA/)
})
