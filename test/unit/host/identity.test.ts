// Goal: the keys of a till outlive crashes at any point of its enrolment, are never overwritten when they cannot be read, and never speak for
// another life of it.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { EnrolmentAnswer } from '#contract/devices-api.ts'
import { deviceSigner, makeDeviceKey, makeSealKey, sealPublicKey } from '#host/identity/device-key.ts'
import { readDevice } from '#host/identity/device-file.ts'
import { openIdentity, type Identity } from '#host/identity/identity.ts'
import { openSecretFiles } from '#host/identity/secret-files.ts'
import { plainVault } from '#host/identity/vault.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tahsil-identity-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const open = (): Promise<Identity> =>
  openIdentity(folder, openSecretFiles({ dataDir: folder, vault: plainVault, nowMs: Date.now }))
const opened = async (): Promise<Identity> => {
  const identity = await open()
  await identity.prepare()
  return identity
}
const answer: EnrolmentAnswer = {
  device: { deviceId: 'd-1', deviceCode: '0417', incarnation: 'A', tenantId: 'pb.testnagar' },
  serverKey: deviceSigner(makeDeviceKey()).publicKey,
  serverNonce: 'n'.repeat(43),
}
const keysFile = () => join(folder, 'secrets', 'device-keys.json')

describe('keys', () => {
  test('are made once, kept, and offered the same after every start', async () => {
    const fresh = await open()
    expect([fresh.keys(), fresh.signer.publicKey, fresh.sealPrivateKey()]).toEqual(['none', '', null])
    expect(() => fresh.signer.sign('x')).toThrow('not enrolled')
    await fresh.prepare()
    const first = fresh.offer()
    await fresh.prepare()
    expect(fresh.offer()).toEqual(first)
    expect((await opened()).offer()).toEqual(first)
    expect(fresh.signer.publicKey).toBe(first.publicKey)
  })

  test('that cannot be read are left as they are, and sign nothing', async () => {
    await opened()
    for (const text of ['scratched', '{}', readFileSync(keysFile(), 'utf8').slice(0, -20)]) {
      writeFileSync(keysFile(), text)
      const identity = await opened()
      expect(identity.keys()).toBe('unreadable')
      expect(() => identity.signer.sign('x')).toThrow('not enrolled')
      await expect(identity.renew()).rejects.toThrow('not enrolled')
      expect(readFileSync(keysFile(), 'utf8')).toBe(text)
    }
  })
})

describe('the place at the integrator', () => {
  test('is there after every start, with what became of it', async () => {
    const identity = await opened()
    identity.keep(answer)
    expect(identity.enrolled()).toMatchObject({ ...answer, approval: 'enrolled' })
    const digits = identity.digits()
    identity.note('waiting')
    const again = await open()
    expect(again.enrolled()).toMatchObject({ device: answer.device, approval: 'waiting' })
    expect([again.digits(), digits]).toEqual([digits, expect.stringMatching(/^\d{6}$/)])
  })

  test('is nobody’s with the keys of another life, as after an end in the middle of a renewal', async () => {
    const identity = await opened()
    identity.keep(answer)
    const old = readFileSync(join(folder, 'device.json'))
    const before = identity.offer()
    await identity.renew()
    expect(identity.enrolled()).toBeNull()
    expect(identity.offer().publicKey).not.toBe(before.publicKey)
    expect(identity.signer.publicKey).toBe(identity.offer().publicKey)
    expect(readDevice(folder)).toBeNull()
    // the new keys are on the disk, the old place is not gone yet
    writeFileSync(join(folder, 'device.json'), old)
    expect((await open()).enrolled()).toBeNull()
  })

  test.each([
    'scratched',
    '{"version":1}',
    '{"deviceId":"d","deviceCode":"1","incarnation":"A","tenantId":"a.b","token":"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"}',
  ])('that cannot be read is none: %s', async (text) => {
    const identity = await opened()
    identity.keep(answer)
    writeFileSync(join(folder, 'device.json'), text)
    expect((await open()).enrolled()).toBeNull()
  })
})

test('a key of the wrong kind is no device key', () => {
  expect(() => deviceSigner(makeSealKey())).toThrow('not Ed25519')
  expect(() => sealPublicKey(makeDeviceKey())).toThrow('not X25519')
  expect(sealPublicKey(makeSealKey())).toMatch(/^[\w-]{43}$/)
})
