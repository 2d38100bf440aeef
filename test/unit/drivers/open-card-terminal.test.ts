// Goal: every address of a card terminal opens the right one, faulty ones say what to write, and no secret ever stands in an address, in
// a description or in the words of a problem.
import { inspect } from 'node:util'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { openCardTerminal } from '#drivers/card-terminal/open-card-terminal.ts'
import { DriverProblem } from '#drivers/problem.ts'
import { startVirtualEzetap } from '#drivers/virtual/ezetap-cloud.ts'
import { startVirtualNexo } from '#drivers/virtual/nexo-terminal.ts'
import { startVirtualPineLabs } from '#drivers/virtual/pine-labs-cloud.ts'

const nexoKey = { passphrase: 'phrase-secret', keyIdentifier: 'key-secret', keyVersion: 1 }
const secrets = {
  nexoKey,
  pineLabsSecurityToken: 'token-secret',
  ezetapAppKey: 'app-secret',
  zvtPassword: '123456',
}

test.each([
  ['manual', 'manual-edc', ''],
  ['zvt:tcp://192.0.2.9:20007', 'zvt', '192.0.2.9:20007'],
  ['zvt:tcp://192.0.2.9', 'zvt', '192.0.2.9:20007'],
  ['zvt:tcp://[::1]:20008', 'zvt', '20008'],
  ['zvt:serial:/dev/ttyUSB0', 'zvt', '/dev/ttyUSB0'],
  [
    'nexo:https://192.0.2.9:8443/nexo?poi=V400m-123456789&sale=LDH-CTR-07&rule=host-name',
    'nexo',
    '192.0.2.9:8443',
  ],
  [
    'pine-labs:https://www.example.in:8201?merchant=29610&store=1221258&client=1012631&modes=1|10',
    'pine-labs',
    '1012631',
  ],
  ['ezetap:https://www.example.com?user=9876500000&device=0821006725', 'ezetap', '0821006725'],
  ['virtual:', 'virtual', ''],
  ['virtual:decline', 'virtual', ''],
])('%s opens', async (address, kind, inName) => {
  const terminal = openCardTerminal(` ${address} `, secrets)
  const description = terminal?.describe()
  expect(description).toMatchObject({ kind })
  expect(description?.name.toLowerCase()).toContain(inName.toLowerCase())
  expect(description?.isIntegrated).toBe(kind !== 'manual-edc')
  expect(inspect(terminal, { depth: 6 })).not.toMatch(/secret|123456$/)
  await terminal?.close()
})

test('none is no terminal', () => {
  expect(openCardTerminal('none')).toBeNull()
})

const NEXO = 'nexo:https://192.0.2.9:8443/nexo'
test.each([
  ['', 'device_address_invalid'],
  ['card', 'device_address_invalid'],
  ['zvt:', 'device_address_invalid'],
  ['zvt:tcp://host:99999', 'device_address_invalid'],
  ['zvt:udp://host', 'device_address_invalid'],
  ['virtual:nonsense', 'device_address_invalid'],
  ['opi:tcp://host', 'device_address_invalid'],
  [NEXO, 'device_address_invalid'],
  [`${NEXO}?poi=V400m-1&sale=L&rule=any`, 'device_address_invalid'],
  [`${NEXO}?poi=V400m-1&sale=L&currency=rupee`, 'device_address_invalid'],
  [`${NEXO}?poi=V400m-1&sale=L`, 'card_terminal_not_set_up'],
  [`${NEXO}?poi=V400m-1&sale=L&passphrase=hush`, 'device_address_invalid'],
  ['nexo:http://192.0.2.9/nexo?poi=V400m-1&sale=L&rule=host-name', 'device_address_invalid'],
  ['pine-labs:https://user:hush@example.in?merchant=1&store=2&client=3', 'device_address_invalid'],
  ['pine-labs:https://example.in?merchant=1&store=2&client=3&token=hush', 'device_address_invalid'],
  ['pine-labs:https://example.in?merchant=1&store=2', 'device_address_invalid'],
  ['pine-labs:https://example.in?merchant=1&store=2&client=3&unit=dollars', 'device_address_invalid'],
  ['ezetap:https://example.com?user=1&user=2&device=3', 'device_address_invalid'],
  ['ezetap:https://example.com?user=1&device=3#hush', 'device_address_invalid'],
  ['ezetap:ftp://example.com?user=1&device=3', 'device_address_invalid'],
])('"%s" is refused in words that repeat no secret', (address, code) => {
  expect(problemOf(address)).toMatchObject({ code })
  expect(problemOf(address).message).not.toContain('hush')
})

test.each([
  ['pine-labs:https://example.in?merchant=1&store=2&client=3', 'security token of Pine Labs'],
  ['ezetap:https://example.com?user=1&device=3', 'app key of Ezetap'],
])('without its secret %s is not set up', (address, missing) => {
  const open = () => openCardTerminal(address)
  expect(open).toThrow(missing)
  expect(open).toThrow(DriverProblem)
})

test('whatever is typed, it opens or says why', () => {
  const Start = fc.constantFrom(
    '',
    'zvt:',
    'zvt:tcp://',
    'nexo:https://',
    'pine-labs:https://',
    'ezetap:',
    'virtual:',
  )
  fc.assert(
    fc.property(Start, fc.string({ unit: 'binary', maxLength: 600 }), (start, rest) => {
      const problem = problemOf(`${start}${rest}`)
      expect(['device_address_invalid', 'card_terminal_not_set_up', undefined]).toContain(problem.code)
    }),
    { numRuns: 300 },
  )
})

test('each address of the web reaches its terminal with the secrets given beside it', async () => {
  const parties = { poiId: 'V400m-123456789', saleId: 'LDH-CTR-07' }
  const nexo = await startVirtualNexo({ ...parties, key: nexoKey })
  const pineLabs = await startVirtualPineLabs({ merchantId: '29610', securityToken: 'token-secret' })
  const ezetap = await startVirtualEzetap({
    appKey: 'app-secret',
    username: '9876500000',
    deviceId: '0821006725|ezetap_android',
  })
  const addresses = [
    `nexo:${nexo.url.href}?poi=${parties.poiId}&sale=${parties.saleId}&rule=host-name`,
    `pine-labs:${pineLabs.url.href}?merchant=29610&store=1&client=2`,
    `ezetap:${ezetap.url.href}?user=9876500000&device=0821006725`,
  ]
  const checks = await Promise.all(
    addresses.map(async (address) => {
      const terminal = openCardTerminal(address, secrets)
      const problem = await terminal?.check()
      await terminal?.close()
      return problem
    }),
  )
  expect(checks).toEqual([null, null, null])
  for (const virtual of [nexo, pineLabs, ezetap]) await virtual.close()
})

function problemOf(address: string): { code?: string; message?: string } {
  try {
    openCardTerminal(address, secrets)
    return {}
  } catch (error) {
    if (error instanceof DriverProblem) return error
    throw error
  }
}
