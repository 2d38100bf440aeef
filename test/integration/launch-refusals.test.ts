// Goal: whatever keeps Tahsil from starting is said in one clear sentence, with exit code 2, before anything is started.
import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { takePayment } from '#core/take-payment.ts'
import { openDataFolder } from '#launch/data-folder.ts'
import { readDemoArguments, readStartArguments, requireNode } from '#launch/options.ts'
import { sha256 } from '#store/journal/check-file.ts'
import { cashFor, keepBill, makeTill, situation } from '#test/unit/store/till-kit.ts'
import { launch, newFolder } from './launch-kit.ts'

const folder = newFolder()
afterAll(() => rmSync(folder, { recursive: true, force: true }))

async function expectRefused(args: readonly string[], words: RegExp): Promise<void> {
  const launched = launch({ args: ['--json', ...args] })
  expect(await launched.ended).toBe(2)
  expect(launched.stderr()).toMatch(words)
  expect(launched.stdout()).toBe('')
}

it('a port that another program has', async () => {
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const { port } = server.address() as AddressInfo
  await expectRefused(
    ['--data', join(folder, 'port'), '--port', String(port)],
    new RegExp(`^Port ${port} is already in use by another program\\. Choose another with --port`, 'm'),
  )
  server.close()
})

it('a data folder that is a file, or lies in one', async () => {
  const file = join(folder, 'file')
  writeFileSync(file, '')
  await expectRefused(['--data', file], /The data folder .*file cannot be written .*--data DIR/)
  await expectRefused(['--data', join(file, 'below')], /cannot be written/)
})

it('a data folder that another start uses, and only as long as it does', async () => {
  const path = join(folder, 'used')
  const held = await openDataFolder({ path, isFresh: false })
  await expectRefused(['--data', path], new RegExp(`already running on ${path} \\(process ${process.pid}\\)`))
  await expectRefused(['--data', join(path, '..', 'used'), '--fresh'], /already running/)
  await held.release()
  const again = await openDataFolder({ path, isFresh: false })
  await again.release()
})

it('words it does not know', async () => {
  await expectRefused(['--prot', '7070'], /--prot/)
  await expectRefused(['--port', 'http'], /whole number/)
  await expectRefused(['--printer', 'lpt1'], /tcp:\/\//)
  expect(() => readDemoArguments(['--fresh'])).toThrow(/does not know --fresh/)
  expect(() => readDemoArguments(['--printer', 'file:/etc/passwd'])).toThrow(/tcp:/)
  expect(readStartArguments(['--help'], {})).toBeNull()
})

it('hands on what the till reads itself, with what a demonstration has by itself', () => {
  expect(readStartArguments([], {})?.passed).toEqual([
    '--drawer-open-level=high',
    '--pole-display=pole:escpos:virtual:',
    '--customer-display=link',
  ])
  const given = ['--printer', 'tcp://192.0.2.10:9100', '--customer-display=-1920,0', '--scan-prefix', 'none']
  expect(readStartArguments(given, { TAHSIL_POLE_DISPLAY: 'none' })?.passed).toEqual([
    '--customer-display=-1920,0',
    '--scan-prefix=none',
  ])
  expect(() => readDemoArguments(['--pole-display', 'none'])).toThrow(/does not know --pole-display/)
})

it('a Node that is too old', () => {
  expect(() => requireNode('22.18.0')).toThrow(/needs Node 24 or newer, and this is 22\.18\.0/)
  expect(() => requireNode(process.versions.node)).not.toThrow()
})

it('--fresh moves old data aside and keeps every byte of it', async () => {
  const path = join(folder, 'old')
  mkdirSync(join(path, 'terminal'), { recursive: true })
  writeFileSync(join(path, 'terminal', 'note.txt'), 'kept')
  const { movedTo, release } = await openDataFolder({ path, isFresh: true })
  await release()
  expect(movedTo).toMatch(/old-\d{4}-\d\d-\d\d-\d{6}$/)
  expect(readFileSync(join(movedTo ?? '', 'terminal', 'note.txt'), 'utf8')).toBe('kept')
  expect(readdirSync(path)).toEqual(['logs'])
})

it('--fresh is refused while the till holds money that was not sent, or may hold some', async () => {
  const path = join(folder, 'unsent')
  const terminal = join(path, 'terminal')
  mkdirSync(terminal, { recursive: true })
  const file = join(terminal, 'tahsil.db')
  writeFileSync(file, 'cannot be read')
  await expect(openDataFolder({ path, isFresh: true })).rejects.toThrow(
    /a record that cannot be read.*rescue/,
  )
  const till = makeTill()
  takePayment({ store: till.store, sha256 }, cashFor([keepBill(till.store)]), situation(till))
  till.store.close()
  copyFileSync(till.file, file)
  till.close()
  await expect(openDataFolder({ path, isFresh: true })).rejects.toThrow(/1 payments \(₹1,540\).*rescue/)
  expect(readdirSync(terminal)).toEqual(['tahsil.db'])
  const { release } = await openDataFolder({ path, isFresh: false })
  await release()
})
