// Goal: a support bundle tells whoever helps what is wrong with devices and till, and holds no secret, no name, no mobile number, no card
// number and no money, wherever one was planted; and it stays small.
import { appendFileSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { BUNDLE_BYTES_MAX } from '#host/devices/support-bundle.ts'
import { eventually, serialDevice, startDeviceKit, type DeviceKit } from './device-kit.ts'
import { CODE, PIN } from './fake-integrator.ts'
import { findAndTake, signInAndOpen, todaysBill } from './host-kit.ts'

let kit: DeviceKit
afterEach(async () => {
  await kit.close()
})
const PAN = '4111111111111111'
const TOKEN = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhc2hhIn0.c2lnbmF0dXJl'

const bundle = async () => {
  const { base64, fileName, mime } = await kit.client.devices.bundle()
  const text = Buffer.from(base64, 'base64').toString('utf8')
  const lines = text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as { section: string } & Record<string, unknown>)
  return {
    text,
    lines,
    fileName,
    mime,
    of: (section: string) => lines.filter((line) => line.section === section),
  }
}

test('it tells versions, devices, what they said, what is plugged in, readiness and counts', async () => {
  kit = await startDeviceKit({}, { plugged: [serialDevice()] })
  await kit.client.virtual.fault({ id: 'printer', fault: 'paper_out', isOn: true })
  await kit.client.devices.test({ id: 'printer' })
  const { of, fileName, mime } = await bundle()
  expect(mime).toBe('application/x-ndjson')
  expect(fileName).toMatch(/^tahsil-support-[\w-]+\.jsonl$/)
  expect(of('about')).toMatchObject([{ program: 'tahsil', isDemo: true }])
  expect(of('device')[0]).toMatchObject({
    id: 'printer',
    state: 'not_ready',
    trouble: 'printer_paper_out',
  })
  expect(of('event').map(({ what }) => what)).toContain('tested')
  expect(of('plugged')).toMatchObject([{ identity: 'serial:0c2e:0720:SN42', kind: 'scanner' }])
  expect(of('readiness').map(({ topic }) => topic)).toContain('printer')
  expect(of('counts')).toMatchObject([{ waiting: 0, cardSales: 0, isInShift: false }])
})

test('planted secrets, names, numbers and money do not appear', async () => {
  const user = 'savitri.deshmukh'
  kit = await startDeviceKit({ logLevel: 'info' })
  await kit.signInSupervisor()
  await kit.client.devices.rename({ id: 'printer', name: 'Kamala Joshi’s printer' })
  await kit.client.session.signOut()
  await signInAndOpen(kit.client)
  const bill = todaysBill()
  kit.fake.state.bills.push(bill)
  await findAndTake(kit.client, bill)
  await eventually(
    async () => await kit.device('scanner-1'),
    (device) => device?.state === 'ready',
  )
  // Its receipt is being printed.
  await eventually(
    async () => await kit.device('printer'),
    (device) => device?.canTest === true,
  )
  await kit.client.virtual.fault({ id: 'printer', fault: 'unplugged', isOn: true })
  await kit.client.devices.test({ id: 'printer' })
  const scans = [PAN, `;${PAN}=2812101?`, '9876512345', 'SECRET-CODE-77', bill.consumerCode, 'last']
  for (const text of scans) await kit.client.virtual.act({ id: 'scanner-1', act: 'scan', text })
  await eventually(
    async () => await kit.events('scanner-1'),
    ([event]) => event?.raw === 'xxxx',
  )
  mkdirSync(join(kit.dataDir, 'logs'), { recursive: true })
  const planted = [
    `the payer Savitri Deshmukh, not a line of JSON`,
    JSON.stringify({
      level: 30,
      name: 'Savitri Deshmukh',
      mobileNumber: '9876512345',
      pin: PIN,
      amountPaise: 125_000,
    }),
    JSON.stringify({
      level: 30,
      msg: `called 9876512345 with card ${PAN} and ${TOKEN} from ${user}@example.org`,
    }),
    JSON.stringify({ level: 30, msg: `operator Meena Kulkarni`, password: 'hunter2hunter2' }),
  ]
  appendFileSync(join(kit.dataDir, 'logs', 'terminal.log'), `${planted.join('\n')}\n`)
  const { text, of } = await bundle()
  const operators = kit.fake.state.masters.operators.map(({ name }) => name)
  const secrets = [
    PAN,
    '9876512345',
    PIN,
    CODE,
    TOKEN,
    'hunter2',
    'Savitri',
    user,
    'Kamala',
    'SECRET-CODE',
    'Asha Rao',
  ]
  for (const secret of [
    ...secrets,
    ...operators,
    bill.consumerCode,
    kit.dataDir,
    '125000',
    String(bill.totalPaise),
  ])
    expect(text, secret).not.toContain(secret)
  expect(of('event').filter(({ what }) => what === 'scan')).not.toEqual([])
  expect(of('log')).not.toEqual([])
})

test('however long the log is, it stays within its bound and keeps the newest lines', async () => {
  kit = await startDeviceKit()
  const folder = join(kit.dataDir, 'logs')
  mkdirSync(folder, { recursive: true })
  for (let round = 0; round < 10; round += 1) {
    const lines = Array.from({ length: 2_000 }, (_each, at) =>
      JSON.stringify({
        level: 30,
        seq: round * 2_000 + at,
        code: 'printer_paper_out',
        msg: 'x '.repeat(200),
      }),
    )
    appendFileSync(join(folder, 'terminal.log'), `${lines.join('\n')}\n`)
  }
  const { text, of } = await bundle()
  expect(Buffer.byteLength(text)).toBeLessThanOrEqual(BUNDLE_BYTES_MAX)
  expect(of('log').at(-1)).toMatchObject({ line: { seq: 19_999 } })
  expect(of('about')).toHaveLength(1)
})

test('without a log there is still a bundle', async () => {
  kit = await startDeviceKit({ printer: 'none', scanners: [], cardTerminal: 'manual' })
  const { of } = await bundle()
  expect(of('log')).toEqual([])
  expect(of('device')).toEqual([])
})
