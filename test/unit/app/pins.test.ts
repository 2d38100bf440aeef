// Goal: both sides agree about a PIN, the pepper decides, PINs from before there was one still work, and what a device is told in secret
// opens on that device only.
import { createHmac, generateKeyPairSync } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { sealedTextSchema, unlockDigits, unlockText } from '#contract/device-secrets-api.ts'
import { sealDeviceSecrets, unlockCode } from '#app/people/device-secrets.ts'
import { isPinRight, makePinVerifier } from '#app/people/pins.ts'
import { openRootSecret } from '#app/people/root-secret.ts'
import { createDeviceSecrets } from '#host/identity/device-secrets.ts'
import { createPinCheck } from '#host/identity/pin-check.ts'
import { openSecretFiles } from '#host/identity/secret-files.ts'
import { plainVault } from '#host/identity/vault.ts'
import { operatorWith, PIN } from '#test/unit/host/fake-integrator.ts'
import { testClock } from '#test/unit/store/till-kit.ts'

const pepper = Buffer.alloc(32, 7)
const otherPepper = Buffer.alloc(32, 8)
let dataFolder: string
beforeEach(() => {
  dataFolder = mkdtempSync(join(tmpdir(), 'tahsil-pepper-'))
})
afterEach(() => rmSync(dataFolder, { recursive: true, force: true }))

describe('a PIN', () => {
  it('is checked alike by integrator and till, with the cost of the design', async () => {
    const verifier = await makePinVerifier(PIN, pepper)
    expect(verifier).toMatchObject({ kind: 'peppered', cost: 32_768, blockSize: 8, parallelization: 3 })
    const till = createPinCheck(() => pepper)
    expect(await isPinRight(PIN, verifier, pepper)).toBe(true)
    expect(await till.isRight(PIN, verifier)).toBe(true)
    expect(await isPinRight('000000', verifier, pepper)).toBe(false)
    expect(await till.isRight('000000', verifier)).toBe(false)
    expect((await makePinVerifier(PIN, pepper)).hash).not.toBe(verifier.hash)
  })

  it('is wrong under another pepper, and cannot be checked without one', async () => {
    const verifier = await makePinVerifier(PIN, pepper)
    expect(await isPinRight(PIN, verifier, otherPepper)).toBe(false)
    expect(await createPinCheck(() => otherPepper).isRight(PIN, verifier)).toBe(false)
    expect(createPinCheck(() => null).canCheck(verifier)).toBe(false)
    await expect(createPinCheck(() => null).isRight(PIN, verifier)).rejects.toThrow('32 bytes')
  })

  it.each([[undefined], ['plain' as const]])(
    'from before there was a pepper (%s) still works',
    async (kind) => {
      const { kind: _kind, ...bare } = operatorWith().pinVerifier
      const verifier = kind === undefined ? bare : { ...bare, kind }
      expect(await isPinRight(PIN, verifier, pepper)).toBe(true)
      const till = createPinCheck(() => null)
      expect(till.canCheck(verifier)).toBe(true)
      expect(await till.isRight(PIN, verifier)).toBe(true)
      expect(await till.isRight('000000', verifier)).toBe(false)
    },
  )
})

describe('the root secret', () => {
  it('is made once, for this user only, and is the same after a restart', () => {
    const first = openRootSecret({ file: null, dataFolder })
    const again = openRootSecret({ file: null, dataFolder })
    expect(again.fingerprint).toBe(first.fingerprint)
    expect(again.pinPepper('a.b')).toEqual(first.pinPepper('a.b'))
    expect(statSync(join(dataFolder, 'pin-pepper.key')).mode & 0o777).toBe(0o600)
  })

  it('gives each municipality and each device something else, and never itself', () => {
    const root = openRootSecret({ file: null, dataFolder })
    const kept = readFileSync(join(dataFolder, 'pin-pepper.key'), 'utf8').trim()
    const all = [
      root.pinPepper('a.b'),
      root.pinPepper('a.c'),
      root.unlockSecret('device-1'),
      root.unlockSecret('device-2'),
    ].map((secret) => secret.toString('base64url'))
    expect(new Set([...all, kept, root.fingerprint]).size).toBe(6)
  })

  it('that is not there or not a secret is told in words, without its content', () => {
    const file = join(dataFolder, 'given')
    expect(() => openRootSecret({ file, dataFolder })).toThrow('TAHSIL_PIN_PEPPER_FILE')
    writeFileSync(file, 'hunter2')
    expect(() => openRootSecret({ file, dataFolder })).toThrow(/^(?!.*hunter2).*32 bytes/s)
  })
})

describe('the secrets of a device', () => {
  const pair = () => {
    const { privateKey, publicKey } = generateKeyPairSync('x25519')
    return {
      pem: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
      sealKey: publicKey.export({ format: 'jwk' }).x ?? '',
    }
  }
  const said: string[] = []
  const logger = {
    info: (...words: unknown[]) => said.push(JSON.stringify(words)),
    warn: (...words: unknown[]) => said.push(JSON.stringify(words)),
  }
  const keeperWith = (pem: string, sealed: string) => {
    const keeper = createDeviceSecrets({
      files: openSecretFiles({ dataDir: dataFolder, vault: plainVault, nowMs: () => 1 }),
      clock: testClock(),
      sealPrivateKey: () => pem,
      logger,
    })
    const fetchSealed = async () => await Promise.resolve(sealed)
    return { ...keeper, refresh: async (deviceId: string) => await keeper.refresh(deviceId, fetchSealed) }
  }

  it('open on that device only, check its PINs and answer its unlock challenge as the office does', async () => {
    const root = openRootSecret({ file: null, dataFolder })
    const { pem, sealKey } = pair()
    const sealed = await sealDeviceSecrets(root, { tenantId: 'a.b', deviceId: 'device-1', sealKey })
    expect(sealedTextSchema.parse(sealed)).toBe(sealed)
    const keeper = keeperWith(pem, sealed)
    expect([keeper.pepper(), keeper.answerTo({ deviceId: 'd', operatorCode: '1', challenge: '1' })]).toEqual([
      null,
      null,
    ])
    await keeper.refresh('device-1')
    expect(keeper.pepper()).toEqual(root.pinPepper('a.b'))
    const question = { deviceId: 'device-1', operatorCode: '101', challenge: '483920' }
    expect(keeper.answerTo(question)).toBe(unlockCode(root, question))
    // Kept for a start without network.
    const later = keeperWith(pem, 'nobody answers')
    await later.load('device-1')
    expect(later.pepper()).toEqual(root.pinPepper('a.b'))
    await later.load('device-2')
    expect(later.pepper()).toBeNull()
  })

  it('of another device, changed on the way or sealed to another key are refused', async () => {
    const root = openRootSecret({ file: null, dataFolder })
    const { pem, sealKey } = pair()
    const sealed = await sealDeviceSecrets(root, { tenantId: 'a.b', deviceId: 'device-1', sealKey })
    const codeOf = async (keeper: ReturnType<typeof keeperWith>, deviceId = 'device-1') =>
      await keeper.refresh(deviceId).then(
        () => 'none',
        (error: unknown) => (error as { code: string }).code,
      )
    expect(await codeOf(keeperWith(pem, sealed), 'device-2')).toBe('integrator_not_trusted')
    expect(await codeOf(keeperWith(pair().pem, sealed))).toBe('integrator_not_trusted')
    const changed = `${sealed.slice(0, -4)}${sealed.endsWith('AAAA') ? 'BBBB' : 'AAAA'}`
    expect(await codeOf(keeperWith(pem, changed))).toBe('integrator_not_trusted')
    expect(await codeOf(keeperWith(pem, sealed))).toBe('none')
    const secrets = [root.pinPepper('a.b'), root.unlockSecret('device-1')]
    for (const secret of secrets) expect(said.join('\n')).not.toContain(secret.toString('base64url'))
  })
})

it('digits of an unlock code keep their leading zeros and come from all of the question', () => {
  const mac = (text: string) => createHmac('sha256', pepper).update(text).digest()
  expect(unlockDigits(Buffer.alloc(32))).toBe('00000000')
  expect(() => unlockDigits(Buffer.alloc(7))).toThrow(RangeError)
  const base = { deviceId: 'd1', operatorCode: '101', challenge: '123456' }
  const texts = [base, { ...base, deviceId: 'd11', operatorCode: '01' }, { ...base, challenge: '123457' }]
  expect(new Set(texts.map((each) => unlockDigits(mac(unlockText(each))))).size).toBe(3)
})
