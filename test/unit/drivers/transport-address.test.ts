// Goal: a printer's address in the settings means exactly one link, and a wrong one is refused in words that help.
import { expect, test } from 'vitest'
import { parsePrinterAddress, printerTransport } from '#drivers/printer/printer-address.ts'

test.each([
  ['tcp://192.0.2.7', { kind: 'network', target: '192.0.2.7' }, '192.0.2.7:9100'],
  ['tcp://[::1]:9200?profile=generic-58', { kind: 'network' }, '::1:9200'],
  ['lp:/dev/usb/lp0', { kind: 'lp', target: '/dev/usb/lp0' }, '/dev/usb/lp0'],
  ['usb:04B8:0202', { kind: 'usb' }, 'usb:04b8:0202'],
  ['usb:04b8:0202:SN 2', { kind: 'usb' }, 'usb:04b8:0202:SN 2'],
  ['usb:0416:5011@1-2.3', { kind: 'usb' }, 'usb:0416:5011@1-2.3'],
  [
    'serial:/dev/ttyUSB0?baud=115200&flow=rtscts',
    { kind: 'serial', target: '/dev/ttyUSB0', baudRate: 115_200, flow: 'rtscts' },
    '/dev/ttyUSB0',
  ],
  ['serial:COM3?flow=xon', { kind: 'serial', target: 'COM3', flow: 'xon' }, 'COM3'],
  [
    'device:serial:1a86:7523@1-2.3/0?baud=19200',
    { kind: 'device', target: 'serial:1a86:7523@1-2.3/0', baudRate: 19_200 },
    'serial:1a86:7523@1-2.3/0',
  ],
  ['bluetooth:/dev/rfcomm0', { kind: 'bluetooth', target: '/dev/rfcomm0' }, '/dev/rfcomm0'],
] as const)('%s', (url, address, name) => {
  const parsed = parsePrinterAddress(url)
  expect(parsed).toMatchObject(address)
  expect(printerTransport(parsed).name).toBe(name)
})

test('a printer set by a name that is not plugged in is away, not wrong', async () => {
  const transport = printerTransport(parsePrinterAddress('device:lp:04b8:0202:SN-none/0'))
  await expect(transport.open()).rejects.toMatchObject({
    code: 'device_unreachable',
    message: expect.stringContaining('lp:04b8:0202:SN-none/0 is not plugged in'),
  })
})

test.each([
  ['serial:/dev/ttyUSB0?baud=fast', 'baud must be 110 to 921600'],
  ['serial:/dev/ttyUSB0?baud=1', 'baud must be'],
  ['serial:/dev/ttyUSB0?flow=dsr', 'flow must be one of rtscts, xon, none'],
  ['serial:/dev/ttyUSB0?speed=9600', 'it has no setting "speed"'],
  ['serial:/dev/ttyUSB0?baud=9600&baud=19200', 'it has two settings "baud"'],
  ['lp:/dev/usb/lp0?baud=9600', 'it has no setting "baud"'],
  ['lp:/dev/usb/lp0?profile=nobody', 'profile must be one of'],
  ['serial:', 'write tcp://HOST:PORT, usb:VID:PID'],
  ['usb:4b8:202', 'write usb:VID:PID or usb:VID:PID:SERIAL'],
  ['com3', 'write tcp://HOST:PORT'],
])('%s is refused', (url, words) => {
  expect(() => printerTransport(parsePrinterAddress(url))).toThrow(words)
})
