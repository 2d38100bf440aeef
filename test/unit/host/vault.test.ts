// Goal: secrets are sealed as well as the machine can, what cannot be opened is told and never deleted or overwritten, and a keyring
// that comes back, changes or asks for a new sealing is followed.
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openSecretFiles, SECRETS_FOLDER, type SecretFiles } from '#host/identity/secret-files.ts'
import {
  keyringVault,
  passphraseVault,
  plainVault,
  vaultOfMachine,
  type Keyring,
  type SecretVault,
} from '#host/identity/vault.ts'

const SECRET = 'the private half of a key'
let dataDir: string
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'tahsil-vault-'))
})
afterEach(() => rmSync(dataDir, { recursive: true, force: true }))

const folder = () => join(dataDir, SECRETS_FOLDER)
const names = () => readdirSync(folder()).toSorted()
const fileText = (name = 'device-keys.json') => readFileSync(join(folder(), name), 'utf8')
let now = 1_000
const files = (vault: SecretVault, others: SecretVault[] = []): SecretFiles =>
  openSecretFiles({ dataDir, vault, others, nowMs: () => (now += 1) })

/** A keyring with one key; another key cannot open what this one sealed. */
function fakeKeyring(backend: string, key: string) {
  const state = { isRotated: false, isBroken: false, key, sealCount: 0 }
  const keyring: Keyring = {
    backend,
    seal: async (text) => {
      state.sealCount += 1
      if (state.isBroken) throw new Error('locked')
      return await Promise.resolve(
        Buffer.from(`${state.key}:${Buffer.from(text).toString('hex')}`).toString('base64'),
      )
    },
    open: async (blob) => {
      const [usedKey, sealed = ''] = Buffer.from(blob, 'base64').toString().split(':')
      if (state.isBroken || usedKey !== state.key) throw new Error('cannot be opened')
      return await Promise.resolve({
        text: Buffer.from(sealed, 'hex').toString('utf8'),
        shouldSealAgain: state.isRotated,
      })
    },
  }
  return { state, vault: keyringVault(keyring) }
}

describe('levels', () => {
  it('are told for what they are', () => {
    const facts = ({ level, isDegraded }: SecretVault) => [level, isDegraded]
    expect(facts(plainVault)).toEqual(['plain', true])
    expect(facts(passphraseVault('long enough words'))).toEqual(['passphrase', false])
    expect(facts(fakeKeyring('gnome_libsecret', 'a').vault)).toEqual(['keyring', false])
    expect(facts(fakeKeyring('dpapi', 'a').vault)).toEqual(['keyring', false])
    expect(facts(fakeKeyring('basic_text', 'a').vault)).toEqual(['plain', true])
  })

  it('a machine without a keyring takes a passphrase from a file, and refuses one that is short or not there', () => {
    const file = join(dataDir, 'passphrase')
    writeFileSync(file, 'correct horse battery\n')
    expect(vaultOfMachine({}).backend).toBe('file')
    expect(vaultOfMachine({ TAHSIL_VAULT_PASSPHRASE_FILE: file }).level).toBe('passphrase')
    writeFileSync(file, 'short')
    expect(() => vaultOfMachine({ TAHSIL_VAULT_PASSPHRASE_FILE: file })).toThrow('at least 12')
    expect(() => vaultOfMachine({ TAHSIL_VAULT_PASSPHRASE_FILE: `${file}x` })).toThrow('cannot be read')
  })

  it('a passphrase seals differently every time, and a wrong one or a changed text opens nothing', async () => {
    const vault = passphraseVault('correct horse battery')
    const [one, two] = [await vault.seal(SECRET), await vault.seal(SECRET)]
    expect(one).not.toBe(two)
    expect((await vault.open(one)).text).toBe(SECRET)
    await expect(passphraseVault('another passphrase').open(one)).rejects.toThrow('unable to authenticate')
    const changed = Buffer.from(one, 'base64')
    changed[changed.length - 1] = (changed.at(-1) ?? 0) ^ 1
    await expect(vault.open(changed.toString('base64'))).rejects.toThrow('unable to authenticate')
    await expect(vault.open('AAAA')).rejects.toThrow('not whole')
  })
})

describe('secrets on disk', () => {
  it('are kept for this user only, with back end and time, and come back', async () => {
    const { vault } = fakeKeyring('gnome_libsecret', 'a')
    expect(await files(vault).read('device-keys')).toEqual({ kind: 'none' })
    await files(vault).write('device-keys', SECRET)
    expect(await files(vault).read('device-keys')).toEqual({ kind: 'open', text: SECRET })
    expect(JSON.parse(fileText())).toEqual({
      backend: 'gnome_libsecret',
      createdAtMs: expect.any(Number) as number,
      blob: expect.any(String) as string,
    })
    expect(fileText()).not.toContain(SECRET)
    expect(statSync(join(folder(), 'device-keys.json')).mode & 0o777).toBe(0o600)
    expect(statSync(folder()).mode & 0o777).toBe(0o700)
  })

  it.each([
    ['another key under the same name', 'gnome_libsecret', 'b', 'cannot_open'],
    ['another keyring', 'kwallet6', 'b', 'backend_changed'],
  ])('with %s: told, and left as it is', async (_name, backend, key, reason) => {
    await files(fakeKeyring('gnome_libsecret', 'a').vault).write('device-keys', SECRET)
    const before = fileText()
    const later = files(fakeKeyring(backend, key).vault)
    expect(await later.read('device-keys')).toEqual({ kind: 'unreadable', reason })
    expect(later.unreadable()).toEqual([{ name: 'device-keys', reason }])
    expect([names(), fileText()]).toEqual([['device-keys.json'], before])
    // The old keyring is back.
    const back = files(fakeKeyring('gnome_libsecret', 'a').vault)
    expect(await back.read('device-keys')).toEqual({ kind: 'open', text: SECRET })
    expect(back.unreadable()).toEqual([])
  })

  it('a passphrase that is not given any more is no plain text', async () => {
    await files(passphraseVault('correct horse battery')).write('device-keys', SECRET)
    const later = await files(plainVault).read('device-keys')
    expect(later).toEqual({ kind: 'unreadable', reason: 'backend_changed' })
  })

  it('a damaged file is told and kept', async () => {
    await files(plainVault).write('device-keys', SECRET)
    writeFileSync(join(folder(), 'device-keys.json'), '{"half":')
    expect(await files(plainVault).read('device-keys')).toEqual({
      kind: 'unreadable',
      reason: 'file_damaged',
    })
    await files(plainVault).write('device-keys', 'a new one')
    expect(fileText('device-keys.damaged.kept')).toBe('{"half":')
  })

  it('a new secret beside one that cannot be opened keeps a copy of the old', async () => {
    await files(fakeKeyring('gnome_libsecret', 'a').vault).write('device-keys', SECRET)
    const before = fileText()
    const later = files(fakeKeyring('kwallet6', 'b').vault)
    await later.read('device-keys')
    await later.write('device-keys', 'the key of a new enrolment')
    const kept = names().find((name) => name.endsWith('.kept'))
    expect(fileText(kept)).toBe(before)
    expect(await later.read('device-keys')).toEqual({ kind: 'open', text: 'the key of a new enrolment' })
    expect(later.unreadable()).toEqual([])
  })

  it('a keyring that asks for it gets the secret sealed anew, and a copy of the old stays', async () => {
    const { state, vault } = fakeKeyring('gnome_libsecret', 'a')
    await files(vault).write('device-keys', SECRET)
    const before = fileText()
    state.isRotated = true
    expect(await files(vault).read('device-keys')).toEqual({ kind: 'open', text: SECRET })
    state.isRotated = false
    expect(state.sealCount).toBe(2)
    expect(names()).toHaveLength(2)
    expect(fileText(names().find((name) => name.endsWith('.kept')))).toBe(before)
    expect(await files(vault).read('device-keys')).toEqual({ kind: 'open', text: SECRET })
  })

  it('move from plain to a keyring without leaving the plain text behind', async () => {
    await files(plainVault).write('device-keys', SECRET)
    const { vault } = fakeKeyring('gnome_libsecret', 'a')
    expect(await files(vault).read('device-keys')).toEqual({ kind: 'open', text: SECRET })
    expect(names()).toEqual(['device-keys.json'])
    expect(fileText()).toContain('gnome_libsecret')
  })

  it('move from a passphrase to a keyring while the passphrase is still given', async () => {
    const old = passphraseVault('correct horse battery')
    await files(old).write('device-keys', SECRET)
    const { vault } = fakeKeyring('gnome_libsecret', 'a')
    expect(await files(vault, [old]).read('device-keys')).toEqual({ kind: 'open', text: SECRET })
    expect(await files(vault).read('device-keys')).toEqual({ kind: 'open', text: SECRET })
  })

  it('a vault that fails while sealing changes nothing', async () => {
    const { state, vault } = fakeKeyring('gnome_libsecret', 'a')
    await files(vault).write('device-keys', SECRET)
    const before = fileText()
    state.isBroken = true
    await expect(files(vault).write('device-keys', 'other')).rejects.toThrow('locked')
    expect([names(), fileText()]).toEqual([['device-keys.json'], before])
  })

  it('a vault that does not give back what it took replaces nothing', async () => {
    await files(plainVault).write('device-keys', SECRET)
    const liar: SecretVault = { ...plainVault, backend: 'liar', seal: async () => await Promise.resolve('') }
    await expect(files(liar).write('device-keys', 'other')).rejects.toThrow('did not give back')
    expect(await files(plainVault).read('device-keys')).toEqual({ kind: 'open', text: SECRET })
  })
})
