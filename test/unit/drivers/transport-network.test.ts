// Goal: a network link waits when the other side is slow, says so when the line is cut in the middle of a write, and speaks
// of the device it leads to.
import { createServer, type Server, type Socket } from 'node:net'
import { expect, onTestFinished, test, vi } from 'vitest'
import { networkTransport } from '#drivers/transport/network.ts'

const patient = { timeout: 20_000, interval: 5 }

const listen = async (onSocket: (socket: Socket) => void) => {
  const sockets: Socket[] = []
  const server: Server = createServer((socket) => {
    sockets.push(socket)
    socket.on('error', () => undefined)
    onSocket(socket)
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}

/** More than the buffers of both sides hold. */
const LOT = Buffer.alloc(32 * 1024 * 1024, 'x')

test('reset in the middle of a write: the write and closed say that the device went away', async () => {
  const { promise: connected, resolve } = Promise.withResolvers<Socket>()
  const port = await listen((socket) => {
    socket.pause()
    resolve(socket)
  })
  const link = await networkTransport({ host: '127.0.0.1', port, noun: 'card terminal' }).open()
  const outcome = link.write(LOT).catch((error: unknown) => error)
  const socket = await connected
  socket.resetAndDestroy()
  const words = `The card terminal at 127.0.0.1:${port} closed the connection. Check its cable and power.`
  expect(await outcome).toMatchObject({ code: 'device_gone', message: words })
  expect(await link.closed).toMatchObject({ code: 'device_gone' })
  await Promise.all([link.close(), link.close()])
  await expect(link.write(Buffer.from('x'))).rejects.toMatchObject({ code: 'device_gone' })
})

test('a reader that stops makes the writer wait until it goes on, or until the time is up', async () => {
  let received = 0
  const { promise: connected, resolve } = Promise.withResolvers<Socket>()
  const port = await listen((socket) => {
    socket.on('data', (bytes) => (received += bytes.length))
    socket.pause()
    resolve(socket)
  })
  const link = await networkTransport({ host: '127.0.0.1', port }).open()
  const writing = link.write(LOT)
  const socket = await connected
  expect(received).toBe(0)
  socket.resume()
  await writing
  await vi.waitFor(() => expect(received).toBe(LOT.length), patient)
  await link.close()

  const slow = await listen((one) => one.pause())
  const impatient = await networkTransport({ host: '127.0.0.1', port: slow, writeTimeoutMs: 100 }).open()
  await expect(impatient.write(LOT)).rejects.toMatchObject({ code: 'printer_no_answer' })
})

test.each([
  ['printer', 'printer_unreachable'],
  ['card terminal', 'device_unreachable'],
])('nobody listens: the %s refuses', async (noun, code) => {
  const server = createServer()
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  const address = server.address()
  const port = address !== null && typeof address === 'object' ? address.port : 0
  await new Promise((resolve) => {
    server.close(resolve)
  })
  await expect(networkTransport({ host: '127.0.0.1', port, noun }).open()).rejects.toMatchObject({
    code,
    message: `The ${noun} at 127.0.0.1:${port} refuses the connection. Check that it is switched on, ready and not busy with another till.`,
  })
})
