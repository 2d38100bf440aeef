// Goal: a till whose keyring has changed says so, takes no money, deletes nothing and goes on when the keyring is back; what protects
// its secrets is told; and who was let go or belongs to a kiosk does not work at this counter.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { keyringVault, type SecretVault } from '#host/identity/vault.ts'
import { operatorWith, PIN, startFakeIntegrator, type FakeIntegrator } from './fake-integrator.ts'
import { problemOfCall, startKit } from './host-kit.ts'

let fake: FakeIntegrator
beforeEach(async () => {
  fake = await startFakeIntegrator()
})
afterEach(async () => await fake.close())

/** Opens only what the same key has sealed. */
function keyring(backend: string, key: string): SecretVault {
  return keyringVault({
    backend,
    seal: async (text) => await Promise.resolve(`${key} ${Buffer.from(text).toString('base64')}`),
    open: async (blob) => {
      const [used, sealed = ''] = blob.split(' ')
      if (used !== key) throw new Error('another key')
      const text = Buffer.from(sealed, 'base64').toString('utf8')
      return await Promise.resolve({ text, shouldSealAgain: false })
    },
  })
}
const filesIn = (dataDir: string) =>
  readdirSync(join(dataDir, 'secrets')).map((name) => [
    name,
    readFileSync(join(dataDir, 'secrets', name), 'utf8'),
  ])

test.each([
  ['the keyring refuses', 'gnome_libsecret', 'cannot_open'],
  ['the keyring is another one', 'kwallet6', 'backend_changed'],
])('%s: told, nothing deleted, and all is well when it is back', async (_name, backend, reason) => {
  const kit = await startKit(fake, { tuning: { vault: keyring('gnome_libsecret', 'a') } })
  expect(await kit.client.terminal.status()).toMatchObject({
    stopped: null,
    vault: { level: 'keyring', isDegraded: false, problem: null },
  })
  const before = filesIn(kit.dataDir)
  expect(before.map(([name]) => name)).toEqual(['device-keys.json', 'device-secrets.json'])

  await kit.restart({ tuning: { vault: keyring(backend, 'b') } })
  const status = await kit.client.terminal.status()
  expect(status.stopped?.code).toBe('secrets_unreadable')
  expect(status.vault.problem).toMatchObject({
    code: 'secrets_unreadable',
    data: { name: 'device-keys', reason },
  })
  expect(filesIn(kit.dataDir)).toEqual(before)
  expect((await kit.client.operators.list()).length).toBe(1)

  await kit.restart({ tuning: { vault: keyring('gnome_libsecret', 'a') } })
  expect(await kit.client.terminal.status()).toMatchObject({ stopped: null, vault: { problem: null } })
  expect(filesIn(kit.dataDir)).toEqual(before)
  await kit.client.session.signIn({ operatorCode: '101', pin: PIN })
  await kit.close()
})

test('a machine without a keyring says that its secrets lie open', async () => {
  const kit = await startKit(fake)
  expect((await kit.client.terminal.status()).vault).toEqual({
    level: 'plain',
    isDegraded: true,
    problem: null,
  })
  await kit.close()
})

test('a kiosk account is refused at the counter and works on a machine that nobody attends', async () => {
  const kiosk = operatorWith({ id: 'op-5', code: '500', name: 'Kiosk 1', role: 'kiosk' })
  fake.state.masters = { ...fake.state.masters, operators: [operatorWith(), kiosk] }
  fake.setFault('down', '/v1/operators')
  const kit = await startKit(fake)
  const signIn = async () =>
    (await problemOfCall(kit.client.session.signIn({ operatorCode: '500', pin: PIN }))).code
  expect(await signIn()).toBe('role_not_allowed')
  await kit.restart({ options: { isUnattended: true } })
  expect(await signIn()).toBe('none')
  expect((await problemOfCall(kit.client.receipt.search({ text: '' }))).code).toBe('role_not_allowed')
  await kit.close()
})

test('who is let go at the office is out with the next masters, also in the middle of work', async () => {
  const kit = await startKit(fake, { tuning: { mastersEveryMs: 20 } })
  await kit.client.session.signIn({ operatorCode: '101', pin: PIN })
  expect((await problemOfCall(kit.client.queue.list())).code).toBe('none')
  fake.state.masters = { ...fake.state.masters, operators: [operatorWith({ id: 'op-9', code: '900' })] }
  await kit.until(({ operator }) => operator === null)
  expect((await problemOfCall(kit.client.queue.list())).code).toBe('not_signed_in')
  await kit.close()
})
