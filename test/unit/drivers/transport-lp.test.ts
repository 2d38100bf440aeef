// Goal: a printer behind the kernel's printer file is written to in its own time and read back from, and one without a way
// back is known as such. A pseudo-terminal stands for the two-way file, a FIFO that may only be written for the other.
import { randomBytes } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { lpTransport } from '#drivers/transport/lp.ts'
import { openAsStranger } from './open-as-stranger.ts'
import { makeFolder, openLine } from './pty-pair.ts'

const patient = { timeout: 20_000, interval: 5 }

test('data goes out, a status byte comes back', async () => {
  const line = await openLine()
  const transport = lpTransport(line.path)
  const connection = await transport.open()
  const answers: number[] = []
  connection.onData((bytes) => answers.push(...bytes))
  const sent = randomBytes(30_000)
  await connection.write(sent)
  await vi.waitFor(() => expect(line.heard().equals(sent)).toBe(true), patient)
  await line.say(Uint8Array.of(0x16, 0x12))
  await vi.waitFor(() => expect(answers).toEqual([0x16, 0x12]), patient)
  expect(transport.canAnswer).toBe(true)
  await Promise.all([connection.close(), connection.close()])
  expect(await connection.closed).toBeNull()
  await expect(connection.write(sent)).rejects.toMatchObject({ code: 'printer_disconnected' })
})

test('a printer that takes nothing ends the write in time; one that goes on later loses nothing', async () => {
  const line = await openLine()
  line.pause(true)
  const connection = await lpTransport(line.path, { writeTimeoutMs: 150 }).open()
  await expect(connection.write(randomBytes(400_000))).rejects.toMatchObject({ code: 'printer_no_answer' })
  await connection.close()
  const patientLink = await lpTransport(line.path).open()
  const sent = Buffer.from(`<${'y'.repeat(200_000)}>`)
  const writing = patientLink.write(sent)
  line.pause(false)
  await writing
  await vi.waitFor(() => expect(line.heard().includes(sent)).toBe(true), patient)
  await patientLink.close()
})

test('unplugged while the till listens, and while it writes', async () => {
  const line = await openLine()
  const connection = await lpTransport(line.path).open()
  line.pause(true)
  const outcome = connection.write(randomBytes(400_000)).catch((error: unknown) => error)
  await line.unplug()
  expect(await outcome).toMatchObject({
    code: 'printer_disconnected',
    message: expect.stringContaining('look at the slip'),
  })
  expect(await connection.closed).toMatchObject({ code: 'printer_disconnected' })
  await connection.close()
})

test('no printer, and something that is no printer', async () => {
  await expect(lpTransport('/dev/usb/lp-none').open()).rejects.toMatchObject({ code: 'printer_unreachable' })
  await expect(lpTransport(makeFolder()).open()).rejects.toMatchObject({ code: 'device_unsupported' })
})

test('a USB printer of the one-way kind is never waited for', async () => {
  const sysRoot = makeFolder()
  const folder = join(sysRoot, 'class/usbmisc/lp3/device')
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'bInterfaceProtocol'), '01\n')
  expect(lpTransport('/dev/usb/lp3', { sysRoot }).canAnswer).toBe(false)
  writeFileSync(join(folder, 'bInterfaceProtocol'), '02\n')
  expect(lpTransport('/dev/usb/lp3', { sysRoot }).canAnswer).toBe(true)
})

test('a file that cannot be opened for lack of allowance names the rules file and the group', async () => {
  const path = join(makeFolder(), 'lp0')
  writeFileSync(path, '', { mode: 0 })
  expect(openAsStranger('lp.ts', `lpTransport(${JSON.stringify(path)})`, path)).toMatch(
    /^device_permission .*70-tahsil\.rules to \/etc\/udev\/rules\.d .*group lp and/,
  )
})
