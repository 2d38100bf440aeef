// Goal: the main process asks the system's keyring the way Electron wants it and starts without one; the core gets an answer to each of
// its wishes, or a refusal, never silence.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { FromCore } from '#desktop/channels.ts'
import { keyringOverMessages } from '#desktop/core-keyring.ts'
import { KEYRING_WAIT_MS, openKeyring } from '#desktop/keyring.ts'

type Storage = Parameters<typeof openKeyring>[0]

function fakeStorage(changes: Partial<Storage> = {}): Storage {
  return {
    isAsyncEncryptionAvailable: async () => await Promise.resolve(true),
    getSelectedStorageBackend: () => 'gnome_libsecret',
    encryptStringAsync: async (text) => await Promise.resolve(Buffer.from(`sealed ${text}`)),
    decryptStringAsync: async (sealed) =>
      await Promise.resolve({ result: sealed.toString().replace('sealed ', ''), shouldReEncrypt: false }),
    ...changes,
  }
}

describe('in the main process', () => {
  it('seals and opens through safeStorage, under the name of its back end', async () => {
    const keyring = await openKeyring(fakeStorage(), 'linux')
    expect(keyring?.backend).toBe('gnome_libsecret')
    const blob = (await keyring?.seal('word')) ?? ''
    expect(Buffer.from(blob, 'base64').toString()).toBe('sealed word')
    expect(await keyring?.open(blob)).toEqual({ text: 'word', shouldSealAgain: false })
  })

  it.each([
    ['win32', 'dpapi'],
    ['darwin', 'keychain'],
  ] as const)(
    'on %s it is called %s, and nobody asks for a back end that only Linux has',
    async (platform, name) => {
      const storage = fakeStorage({
        getSelectedStorageBackend: () => {
          throw new Error('only on Linux')
        },
      })
      expect((await openKeyring(storage, platform))?.backend).toBe(name)
    },
  )

  it('looks a second time where the key was rotated, and says that it must be sealed again', async () => {
    const answers = [
      { result: 'old', shouldReEncrypt: true },
      { result: 'new', shouldReEncrypt: false },
    ]
    const decryptStringAsync = async () =>
      await Promise.resolve(answers.shift() ?? { result: '', shouldReEncrypt: false })
    const keyring = await openKeyring(fakeStorage({ decryptStringAsync }), 'linux')
    expect(await keyring?.open('')).toEqual({ text: 'new', shouldSealAgain: true })
  })

  it('starts without one that is not there, fails, or does not answer', async () => {
    const none = fakeStorage({ isAsyncEncryptionAvailable: async () => await Promise.resolve(false) })
    expect(await openKeyring(none, 'linux')).toBeNull()
    const failing = fakeStorage({
      isAsyncEncryptionAvailable: async () => await Promise.reject(new Error('x')),
    })
    expect(await openKeyring(failing, 'linux')).toBeNull()
    vi.useFakeTimers()
    const silent = fakeStorage({
      isAsyncEncryptionAvailable: async () => await new Promise<boolean>(() => {}),
    })
    const opening = openKeyring(silent, 'linux')
    await vi.advanceTimersByTimeAsync(KEYRING_WAIT_MS)
    vi.useRealTimers()
    expect(await opening).toBeNull()
  })
})

describe('in the core', () => {
  let told: Extract<FromCore, { type: 'keyring' }>[]
  const start = () =>
    keyringOverMessages('gnome_libsecret', (message) => {
      if (message.type === 'keyring') told.push(message)
    })
  beforeEach(() => {
    told = []
  })
  afterEach(() => vi.useRealTimers())

  it('each wish gets its own answer, in whatever order they come', async () => {
    const { keyring, take } = start()
    const sealing = keyring.seal('one')
    const opening = keyring.open('two')
    expect(told.map(({ act, text }) => [act, text])).toEqual([
      ['seal', 'one'],
      ['open', 'two'],
    ])
    take({ id: told[1]?.id ?? 0, text: 'opened two', shouldSealAgain: true })
    take({ id: told[0]?.id ?? 0, text: 'sealed one', shouldSealAgain: false })
    take({ id: 99, text: 'nobody asked', shouldSealAgain: false })
    expect(await sealing).toBe('sealed one')
    expect(await opening).toEqual({ text: 'opened two', shouldSealAgain: true })
  })

  it('a refusal and a main process that says nothing both end the wish', async () => {
    vi.useFakeTimers()
    const { keyring, take } = start()
    const refused = keyring.open('a').catch((error: unknown) => String(error))
    take({ id: told[0]?.id ?? 0, text: null, shouldSealAgain: false })
    expect(await refused).toContain('did not do it')
    const silent = keyring.open('b').catch((error: unknown) => String(error))
    await vi.advanceTimersByTimeAsync(KEYRING_WAIT_MS)
    expect(await silent).toContain('did not do it')
  })
})
