// Goal: a serial line carries every byte both ways, waits when the device says wait, and says in plain words when the port
// is taken, forbidden, missing or pulled out. Lines are pseudo-terminals of the kernel, opened by the real serialport.
import { randomBytes } from 'node:crypto'
import { chmodSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { bluetoothTransport, type SerialOptions, serialTransport } from '#drivers/transport/serial.ts'
import type { Connection } from '#drivers/transport/transport.ts'
import { openAsStranger } from './open-as-stranger.ts'
import { makeFolder, openLine } from './pty-pair.ts'

const patient = { timeout: 20_000, interval: 5 }

const collect = (connection: Connection) => {
  const parts: Uint8Array[] = []
  connection.onData((bytes) => parts.push(bytes))
  return () => Buffer.concat(parts)
}

const openOn = async (path: string, options: Partial<SerialOptions> = {}) =>
  await serialTransport({ path, ...options }).open()

const XOFF = '\u0013'
const XON = '\u0011'

test('every byte goes out and comes back, also those that terminals treat as signs', async () => {
  const line = await openLine()
  const connection = await openOn(line.path, { baudRate: 115_200 })
  const heard = collect(connection)
  const sent = Buffer.concat([
    Buffer.from(Array.from({ length: 256 }, (_, byte) => byte)),
    randomBytes(9_000),
  ])
  await connection.write(sent)
  await vi.waitFor(() => expect(line.heard().equals(sent)).toBe(true), patient)
  const answer = sent.subarray(0, 700)
  await line.say(answer)
  await vi.waitFor(() => expect(heard().equals(answer)).toBe(true), patient)
  await connection.close()
  expect(await connection.closed).toBeNull()
})

test('writes keep their order without being waited for', async () => {
  const line = await openLine()
  const connection = await openOn(line.path)
  await Promise.all(['one ', 'two ', 'three'].map(async (word) => await connection.write(Buffer.from(word))))
  await vi.waitFor(() => expect(line.heard().toString()).toBe('one two three'), patient)
  await Promise.all([connection.close(), connection.close()])
  await connection.close()
  await expect(connection.write(Buffer.from('late'))).rejects.toMatchObject({ code: 'device_gone' })
})

test('XOFF holds the line, XON lets it go on, and nothing is lost or added', async () => {
  const line = await openLine()
  const connection = await openOn(line.path, { flow: 'xon' })
  const heard = collect(connection)
  const sent = randomBytes(40_000).map((byte) => byte | 0x20)
  await line.say(XOFF)
  await line.say('a')
  await vi.waitFor(() => expect(heard().toString()).toBe('a'), patient)
  let isWritten = false
  const writing = connection.write(sent).then(() => (isWritten = true))
  await line.say('b')
  await vi.waitFor(() => expect(heard().toString()).toBe('ab'), patient)
  expect(line.heard().length).toBe(0)
  expect(isWritten).toBe(false)
  await line.say(XON)
  await writing
  await vi.waitFor(() => expect(line.heard().equals(sent)).toBe(true), patient)
  await connection.close()
})

test('a device that never says go on ends the write in time, and the port can be closed and opened again', async () => {
  const line = await openLine()
  const connection = await openOn(line.path, { flow: 'xon', writeTimeoutMs: 100, noun: 'printer' })
  const heard = collect(connection)
  await line.say(`${XOFF}.`)
  await vi.waitFor(() => expect(heard().toString()).toBe('.'), patient)
  await expect(connection.write(Buffer.alloc(5_000, 'x'))).rejects.toMatchObject({
    code: 'printer_no_answer',
    message: expect.stringContaining('Check paper and cover'),
  })
  await connection.close()
  expect(await connection.closed).toBeNull()
  const again = await openOn(line.path)
  await again.write(Buffer.from('fresh'))
  await vi.waitFor(() => expect(line.heard().toString()).toMatch(/fresh$/), patient)
  await again.close()
})

test('a reader that stops makes the writer wait, not the memory grow', async () => {
  const line = await openLine()
  line.pause(true)
  const connection = await openOn(line.path)
  const sent = randomBytes(300_000)
  let isWritten = false
  const writing = connection.write(sent).then(() => (isWritten = true))
  await openLine()
  expect(isWritten).toBe(false)
  line.pause(false)
  await writing
  await vi.waitFor(() => expect(line.heard().equals(sent)).toBe(true), patient)
  await connection.close()
})

test('two programs on one port: the second is told, the first goes on', async () => {
  const line = await openLine()
  const first = await openOn(line.path)
  await expect(openOn(line.path, { noun: 'scanner' })).rejects.toMatchObject({
    code: 'device_in_use',
    message: `The scanner at ${line.path} is in use by another program. Close that program, or whatever else is set to the same device, and try again.`,
  })
  await first.write(Buffer.from('still here'))
  await vi.waitFor(() => expect(line.heard().toString()).toBe('still here'), patient)
  await first.close()
  await (await openOn(line.path)).close()
})

test('pulled out while waiting for data: closed says so; plugged in again it works', async () => {
  const folder = makeFolder()
  const line = await openLine(folder)
  const connection = await openOn(line.path, { noun: 'scanner' })
  await line.unplug()
  expect(await connection.closed).toMatchObject({
    code: 'device_gone',
    message: `The scanner at ${line.path} went away while it was in use. Check its cable and power.`,
  })
  await expect(connection.write(Buffer.from('x'))).rejects.toMatchObject({ code: 'device_gone' })
  await connection.close()
  const back = await openLine(folder)
  const again = await openOn(back.path)
  await again.write(Buffer.from('back'))
  await vi.waitFor(() => expect(back.heard().toString()).toBe('back'), patient)
  await again.close()
})

test('pulled out in the middle of a write: the write ends with the reason', async () => {
  const line = await openLine()
  line.pause(true)
  const connection = await openOn(line.path, { noun: 'printer' })
  const outcome = connection.write(randomBytes(400_000)).catch((error: unknown) => error)
  await line.unplug()
  expect(await outcome).toMatchObject({ code: 'printer_disconnected' })
  expect(await connection.closed).toMatchObject({ code: 'printer_disconnected' })
})

test('no such port, no port at all, no allowance', async () => {
  const folder = makeFolder()
  await expect(openOn(join(folder, 'ttyUSB9'))).rejects.toMatchObject({ code: 'device_unreachable' })
  const file = join(folder, 'file')
  writeFileSync(file, '')
  await expect(openOn(file)).rejects.toMatchObject({ code: 'device_unsupported' })
  expect(() => serialTransport({ path: file, baudRate: 0 })).toThrow('speed of 0')
  chmodSync(file, 0)
  expect(openAsStranger('serial.ts', `serialTransport({ path: ${JSON.stringify(file)} })`, file)).toMatch(
    /^device_permission .*70-tahsil\.rules to \/etc\/udev\/rules\.d .*group dialout and/,
  )
})

test('Bluetooth is the same line with pauses between pieces', async () => {
  const line = await openLine()
  const transport = bluetoothTransport({ path: line.path, pauseMs: 1, noun: 'printer' })
  const connection = await transport.open()
  const sent = randomBytes(5_000)
  await connection.write(sent)
  await vi.waitFor(() => expect(line.heard().equals(sent)).toBe(true), patient)
  await connection.close()
})
