// Goal: the procedures do what their contract says, every problem is a typed one, secrets stay in their file, and a till whose record cannot be
// trusted says so instead of trading.
import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { terminalStatusSchema } from '#rpc/procedures.ts'
import { PIN, startFakeIntegrator, type FakeIntegrator } from './fake-integrator.ts'
import {
  cashInput,
  findAndTake,
  problemOfCall,
  signInAndOpen,
  startKit,
  todaysBill,
  type HostKit,
} from './host-kit.ts'

const KEYS_FILE = join('secrets', 'device-keys.json')
const bill = todaysBill()
let fake: FakeIntegrator
let kit: HostKit
beforeEach(async () => {
  fake = await startFakeIntegrator({ bills: [bill] })
  kit = await startKit(fake)
})
afterEach(async () => {
  await kit.close()
  await fake.close()
})

describe('a payment', () => {
  beforeEach(async () => {
    await signInAndOpen(kit.client)
  })

  test('found, checked, taken, printed, handed over, final', async () => {
    const { bills } = await kit.client.bill.find({ text: bill.consumerCode })
    expect(bills).toMatchObject([{ source: 'integrator', obstacle: null, serviceName: 'Water charges' }])
    const input = cashInput([bill], 2_000_00)
    expect(await kit.client.payment.check(input)).toEqual({ problem: null })
    const taken = await kit.client.payment.take(input)
    expect(taken).toMatchObject({ totalPaise: 1_540_00, changePaise: 460_00, isOffline: false })
    await kit.until(({ queue, printer }) => queue.waitingCount === 0 && printer.waitingJobs === 0)
    fake.post('POSTED')
    await kit.client.queue.sendNow()
    const [row] = await kit.client.receipt.search({ text: taken.payments[0]!.receiptNumber })
    expect(row).toMatchObject({ standing: 'final', state: 'POSTED', printState: 'printed', copies: 0 })
    expect(await kit.client.collection.get({ collectionId: input.collectionId })).toMatchObject({
      totalPaise: 1_540_00,
      payments: [{ digitReceiptNumber: row?.digitReceiptNumber }],
    })
    expect(fake.state.held.get(row!.paymentId)?.payment).toMatchObject({
      receiptNumber: row?.receiptNumber,
      amountPaise: 1_540_00,
      instrument: { mode: 'CASH', tenderedPaise: 2_000_00, changePaise: 460_00 },
    })
  })

  test('a double tap is one payment', async () => {
    await kit.client.bill.find({ text: bill.consumerCode })
    const input = cashInput([bill])
    const answers = await Promise.all(
      Array.from({ length: 5 }, async () => await kit.client.payment.take(input)),
    )
    expect(new Set(answers.map(({ payments }) => payments[0]?.receiptNumber)).size).toBe(1)
    expect((await kit.client.terminal.status()).shift?.receiptCount).toBe(1)
    const other = { ...input, payer: { ...input.payer, paidBy: 'Other Name' } }
    expect((await problemOfCall(kit.client.payment.take(other))).code).toBe('payment_conflict')
  })

  test('problems carry the figures that the words need', async () => {
    await kit.client.bill.find({ text: bill.consumerCode })
    const input = cashInput([bill], 100_00)
    expect(await problemOfCall(kit.client.payment.take(input))).toEqual({
      code: 'tender_too_small',
      data: { totalPaise: 1_540_00, tenderedPaise: 100_00 },
    })
    expect(await kit.client.payment.check(input)).toMatchObject({ problem: { code: 'tender_too_small' } })
  })

  test('too little disk space stops money before it is taken', async () => {
    await kit.restart({ tuning: { freeBytesMin: Number.MAX_SAFE_INTEGER } })
    await kit.client.session.signIn({ operatorCode: '101', pin: PIN })
    await kit.client.bill.find({ text: bill.consumerCode })
    expect((await problemOfCall(kit.client.payment.take(cashInput([bill])))).code).toBe('store_full')
    expect((await kit.client.terminal.status()).shift?.receiptCount).toBe(0)
  })

  test.each(['png', 'pdf', 'text'] as const)('its receipt as %s is not a print', async (form) => {
    const { payments } = await findAndTake(kit.client, bill)
    const paymentId = payments[0]!.paymentId
    await kit.until(({ printer }) => printer.waitingJobs === 0)
    const { mime, fileName, base64 } = await kit.client.receipt.render({ paymentId, form })
    expect(fileName).toMatch(/^receipt-107-0417A-[0-9-]+-[0-9A-Z]\.(png|pdf|txt)$/)
    const bytes = Buffer.from(base64, 'base64')
    const starts = { png: '\u0089PNG', pdf: '%PDF', text: ' ' }
    expect(bytes.toString('latin1').startsWith(starts[form])).toBe(true)
    expect(mime).toContain(form === 'text' ? 'text/plain' : form)
    expect((await kit.client.receipt.get({ paymentId })).prints).toHaveLength(1)
  })

  test('search by anything that stands on a receipt, in any case, by its beginning', async () => {
    const { payments } = await findAndTake(kit.client, bill)
    const [row] = payments
    const found = async (text: string) =>
      (await kit.client.receipt.search({ text })).map(({ paymentId }) => paymentId)
    const qr = `tahsil:r1:${row!.receiptNumber}:154000:${row!.paymentId}:0123456789`
    const texts = [
      '',
      row!.receiptNumber.slice(0, 12),
      '000001',
      bill.consumerCode.toLowerCase(),
      'asha',
      'rao',
      '98765',
      qr,
    ]
    for (const text of texts) expect([text, await found(text)]).toEqual([text, [row!.paymentId]])
    expect(await found('nobody')).toEqual([])
    expect(await found('%')).toEqual([])
  })

  test('nothing in the log names the payer or holds a secret', async () => {
    await kit.restart({ options: { logLevel: 'debug' } })
    await kit.client.session.signIn({ operatorCode: '101', pin: PIN })
    await findAndTake(kit.client, bill)
    fake.setFault('html')
    await problemOfCall(kit.client.queue.sendNow())
    await kit.host.close()
    const log = readFileSync(join(kit.dataDir, 'logs', 'terminal.log'), 'utf8')
    expect(log).toContain('integrator_unreachable')
    for (const secret of ['Asha', '98765', PIN, ...secretsIn(kit.dataDir)]) expect(log).not.toContain(secret)
  })
})

describe('status', () => {
  test('fits its schema at every stage', async () => {
    terminalStatusSchema.parse(await kit.client.terminal.status())
    await signInAndOpen(kit.client)
    await findAndTake(kit.client, bill)
    const status = terminalStatusSchema.parse(await kit.client.terminal.status())
    expect(status).toMatchObject({
      deviceCode: '0417',
      stopped: null,
      tenant: { name: 'Testnagar Municipal Council', helpLine: '1800-000-000' },
      operator: { code: '101' },
      shift: { cashInHandPaise: 2_040_00 },
      lastReceipt: { amountPaise: 1_540_00 },
    })
  })

  test('reads little: a few milliseconds of work, also with records waiting', async () => {
    await signInAndOpen(kit.client)
    const bills = Array.from({ length: 20 }, () => todaysBill())
    fake.state.bills.push(...bills)
    for (const one of bills) await kit.client.bill.find({ text: one.consumerCode })
    fake.setFault('down')
    await kit.client.payment.take(cashInput(bills))
    const before = process.cpuUsage()
    for (let count = 0; count < 100; count++) await kit.client.terminal.status()
    const { user, system } = process.cpuUsage(before)
    // CPU time, so that a loaded machine does not decide.
    expect((user + system) / 100).toBeLessThan(5_000)
  })
})

describe('enrolment', () => {
  test('the keys are in a file of this user only and go nowhere else', async () => {
    for (const name of [KEYS_FILE, 'device.json'])
      expect(statSync(join(kit.dataDir, name)).mode & 0o077).toBe(0)
    await kit.host.close()
    const secrets = secretsIn(kit.dataDir)
    expect(secrets).toHaveLength(2)
    for (const file of [kit.file, join(kit.dataDir, 'device.json')])
      for (const secret of secrets) expect(readFileSync(file).includes(secret)).toBe(false)
  })

  test('a wrong code is told, and nothing can be taken', async () => {
    const other = await startKit(fake, { options: { enrolmentCode: 'WRONG-1' } })
    expect((await other.client.terminal.status()).stopped).toMatchObject({ code: 'enrolment_refused' })
    expect((await problemOfCall(other.client.session.signIn({ operatorCode: '101', pin: PIN }))).code).toBe(
      'operator_unknown',
    )
    await other.close()
  })

  test('an integrator that is away at first is asked again until it answers', async () => {
    fake.setFault('down')
    const other = await startKit(fake)
    expect((await other.client.terminal.status()).stopped).toMatchObject({
      code: 'device_not_enrolled',
      data: { reason: 'integrator_unreachable' },
    })
    fake.setFault('none')
    await other.until(({ stopped, deviceCode }) => stopped === null && deviceCode === '0417')
    await other.close()
  })

  test('an end between the answer and the record does not lose the code that was used up', async () => {
    fake.setFault('down', '/v1/devices/confirm')
    const other = await startKit(fake)
    expect((await other.client.terminal.status()).enrolment.state).toBe('none')
    const [, device] = [...fake.state.devices.known.keys()]
    fake.setFault('none')
    await other.restart({ options: { enrolmentCode: null } })
    expect(await other.client.terminal.status()).toMatchObject({ deviceCode: '0417', stopped: null })
    expect([...fake.state.devices.known.keys()][1]).toBe(device)
    await other.close()
  })

  test('waits for the office with six digits, also over a restart and offline, and trades when it is let in', async () => {
    fake.state.devices.isApprovedAtOnce = false
    const other = await startKit(fake)
    const first = await other.client.terminal.status()
    expect(first).toMatchObject({ deviceCode: null, stopped: { code: 'device_not_approved' } })
    expect(first.enrolment).toMatchObject({ state: 'waiting', digits: expect.stringMatching(/^\d{6}$/) })
    expect(first.stopped?.data['digits']).toBe(first.enrolment.digits)
    fake.setFault('down')
    await other.restart()
    expect((await other.client.terminal.status()).enrolment).toEqual(first.enrolment)
    expect((await problemOfCall(other.client.session.signIn({ operatorCode: '101', pin: PIN }))).code).toBe(
      'operator_unknown',
    )
    fake.setFault('none')
    fake.state.devices.approveAll()
    await other.until(({ stopped, enrolment }) => stopped === null && enrolment.state === 'approved')
    await signInAndOpen(other.client)
    expect((await findAndTake(other.client, bill)).payments).toHaveLength(1)
    await other.close()
  })

  test('withdrawn before it was let in: other keys, and a new code may come', async () => {
    fake.state.devices.isApprovedAtOnce = false
    const other = await startKit(fake)
    const old = readFileSync(join(other.dataDir, KEYS_FILE), 'utf8')
    fake.state.devices.revokeAll()
    await other.until(({ stopped }) => stopped?.code === 'device_revoked')
    fake.state.devices.isApprovedAtOnce = true
    await other.restart()
    await other.until(({ stopped }) => stopped === null)
    expect(readFileSync(join(other.dataDir, KEYS_FILE), 'utf8')).not.toBe(old)
    await other.close()
  })

  test('withdrawn later: takes no money, says so after a restart without a network too', async () => {
    await signInAndOpen(kit.client)
    fake.state.devices.revokeAll()
    await problemOfCall(kit.client.bill.find({ text: bill.consumerCode }))
    const status = await kit.until(({ enrolment }) => enrolment.state === 'revoked')
    expect(status.stopped).toMatchObject({ code: 'device_revoked' })
    expect((await problemOfCall(kit.client.payment.take(cashInput([bill])))).code).toBe('device_revoked')
    fake.setFault('down')
    await kit.restart()
    expect(await kit.client.terminal.status()).toMatchObject({
      stopped: { code: 'device_revoked' },
      enrolment: { state: 'revoked', digits: null },
    })
  })

  test('withdrawn with money not yet sent: it is still handed over', async () => {
    await signInAndOpen(kit.client)
    await kit.client.bill.find({ text: bill.consumerCode })
    fake.setFault('down')
    await kit.client.payment.take(cashInput([bill]))
    fake.state.devices.revokeAll()
    fake.setFault('none')
    await kit.client.queue.sendNow().catch(() => undefined)
    await kit.until(({ queue, stopped }) => queue.waitingCount === 0 && stopped?.code === 'device_revoked')
    expect(fake.state.held.size).toBe(1)
  })

  test('masters with a wrong signature are not taken: the old ones stay, and without any the till says why', async () => {
    const other = await startFakeIntegrator()
    fake.state.masters = { ...fake.state.masters, helpLine: '1800-999-999' }
    fake.state.forgedMasters = other.state.devices.sign('masters', JSON.stringify(fake.state.masters))
    await kit.restart()
    expect((await kit.client.terminal.status()).tenant?.helpLine).toBe('1800-000-000')
    const fresh = await startKit(fake)
    await fresh.until(({ stopped }) => stopped?.code === 'integrator_not_trusted')
    fake.state.forgedMasters = null
    await fresh.until(({ stopped, tenant }) => stopped === null && tenant?.helpLine === '1800-999-999')
    await fresh.close()
    await other.close()
  })

  test.each([
    [KEYS_FILE, { code: 'secrets_unreadable' }],
    ['device.json', { code: 'device_not_enrolled', data: { reason: 'key_missing' } }],
  ])('a record whose %s cannot be read takes no money, and the file stays', async (name, problem) => {
    await signInAndOpen(kit.client)
    await kit.host.close()
    writeFileSync(join(kit.dataDir, name), 'scratched')
    await kit.restart()
    expect((await kit.client.terminal.status()).stopped).toMatchObject(problem)
    expect(readFileSync(join(kit.dataDir, name), 'utf8')).toBe('scratched')
    expect((await problemOfCall(kit.client.payment.take(cashInput([bill])))).code).toBe('not_signed_in')
  })
})

/** The private halves, as they lie in the file of a machine without a keyring. */
function secretsIn(dataDir: string): string[] {
  const { blob } = JSON.parse(readFileSync(join(dataDir, KEYS_FILE), 'utf8')) as { blob: string }
  const kept = JSON.parse(Buffer.from(blob, 'base64').toString('utf8')) as Record<string, string>
  return ['signKey', 'sealKey'].map((name) => kept[name]?.split('\n')[1] ?? '').filter((line) => line !== '')
}

describe('a record that cannot be used', () => {
  test('damaged: the till says so on every call and leaves the file alone', async () => {
    await kit.host.close()
    writeFileSync(kit.file, 'scratched '.repeat(2_000))
    await kit.restart()
    const before = readFileSync(kit.file)
    const status = await kit.client.terminal.status()
    expect(status.stopped).toMatchObject({ code: 'store_corrupt', data: { file: kit.file } })
    terminalStatusSchema.parse(status)
    expect((await problemOfCall(kit.client.operators.list())).code).toBe('store_corrupt')
    expect((await problemOfCall(kit.client.payment.take(cashInput([bill])))).code).toBe('store_corrupt')
    expect((await problemOfCall(kit.client.session.signIn({ operatorCode: '101', pin: PIN }))).code).toBe(
      'store_corrupt',
    )
    await kit.host.close()
    expect(readFileSync(kit.file).equals(before)).toBe(true)
  })

  test('in use by another program: the start is refused in plain words', async () => {
    const second = startKit(fake, { options: { dataDir: kit.dataDir } })
    await expect(second).rejects.toThrow("Another program has this till's record open")
    expect((await kit.client.terminal.status()).stopped).toBeNull()
  })
})

test('a printer address that makes no sense is told at the start; a folder that cannot be written is not the end', async () => {
  const options = { dataDir: join(kit.dataDir, 'other'), printer: 'telepathy:9' }
  await expect(startKit(fake, { options })).rejects.toThrow('printer address')
  await kit.restart({ options: { printer: `virtual:${kit.file}/impossible` } })
  expect((await kit.client.terminal.status()).printer).toMatchObject({ state: 'absent' })
})

test('closing twice is closing once', async () => {
  await expect(Promise.all([kit.host.close(), kit.host.close()])).resolves.toHaveLength(2)
})
