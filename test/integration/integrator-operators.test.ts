// Goal: a till learns in secret what PINs are checked with, so that its people sign in while the integrator is away and are freed by
// telephone; the office takes people out and gives them badges, whose numbers stay on the cards; PINs from before the pepper go on; and no secret is ever in a log or in the database.
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { randomBytes, scryptSync } from 'node:crypto'
import { ORPCError } from '@orpc/server'
import { drizzle } from 'drizzle-orm/node-postgres'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { badgeText } from '#contract/badge.ts'
import { createOperators } from '#app/people/operators.ts'
import { DEMO_ENROLMENT_CODE, DEMO_PIN } from '#app/people/seed-demo.ts'
import { openRootSecret } from '#app/people/root-secret.ts'
import { startIntegrator } from '#app/start-integrator.ts'
import { startHost } from '#host/start-host.ts'
import type { TerminalHost } from '#host/terminal-host.ts'
import { testClock } from '#test/unit/store/till-kit.ts'
import { keyFolder, startTestDatabases, startWorld, TENANT } from './integrator-kit.ts'
import type { TestDatabases, World } from './integrator-kit.ts'
import { runToEnd, startProcess, type IntegratorProcess } from './integrator-process.ts'

let databases: TestDatabases
let world: World
let node: IntegratorProcess
let host: TerminalHost
const clock = testClock(Date.now())
const dataDir = mkdtempSync(join(tmpdir(), 'tahsil-operators-'))

beforeAll(async () => {
  databases = await startTestDatabases()
  world = await startWorld({ databaseUrl: await databases.create() })
  // A node of its own, whose log can be read; the same database, the same secrets.
  node = await startProcess(keyFolder(), { ...process.env, ...world.environment, TAHSIL_LOG_LEVEL: 'debug' })
  host = await startTill()
}, 120_000)
afterAll(async () => {
  await host.close()
  await node.end('SIGTERM')
  await world.close()
  await databases.close()
  rmSync(dataDir, { recursive: true, force: true })
}, 60_000)

const startTill = async () =>
  await startHost(
    {
      dataDir,
      integratorUrl: node.ready.url,
      enrolmentCode: DEMO_ENROLMENT_CODE,
      deviceName: 'Counter 7',
      printer: 'none',
      cardReader: 'virtual:cards.txt',
      paperColumns: 48,
      logLevel: 'debug',
    },
    {
      clock,
      enrolRetryMs: 50,
      integratorTimes: { signInMs: 3_000, billsMs: 3_000, batchMs: 3_000, otherMs: 3_000, awayMs: 500 },
    },
  )
const codeOf = async (call: Promise<unknown>): Promise<string> =>
  await call.then(
    () => 'none',
    (error: unknown) => (error instanceof ORPCError ? String(error.code) : Promise.reject(error)),
  )
const signIn = async (pin: string, operatorCode = '101') =>
  await codeOf(host.client.session.signIn({ operatorCode, pin }))
const command = async (...words: string[]) =>
  await runToEnd([...words, '--data', keyFolder()], { ...process.env, ...world.environment })
const events = async (kind: string) =>
  (await world.pool.query('select 1 from tahsil.security_events where kind = $1', [kind])).rowCount
const openedSecrets = () => {
  const texts = readdirSync(join(dataDir, 'secrets')).map((name) => {
    const { blob } = JSON.parse(readFileSync(join(dataDir, 'secrets', name), 'utf8')) as { blob: string }
    return JSON.parse(Buffer.from(blob, 'base64').toString('utf8')) as Record<string, string | number>
  })
  return texts
    .flatMap((each) => Object.entries(each))
    .filter(([name]) => !['version', 'deviceId'].includes(name))
}

describe('PINs', () => {
  it('of the demo are peppered, and one from before goes on and is peppered when it is seen', async () => {
    const salt = randomBytes(16)
    const hash = scryptSync(DEMO_PIN, salt, 32, { N: 1024, r: 8, p: 1 })
    const { rowCount } = await world.pool.query(
      `update tahsil.operators set pin_kind = 'plain', pin_salt = $1, pin_hash = $2, pin_cost = 1024,
         pin_block_size = 8, pin_parallelization = 1 where code = '102'`,
      [salt.toString('base64'), hash.toString('base64')],
    )
    expect(rowCount).toBe(1)
    expect(await signIn('000000', '102')).toBe('wrong_pin')
    expect(await signIn(DEMO_PIN, '102')).toBe('none')
    const { rows } = await world.pool.query<{ pin_kind: string; pin_cost: number }>(
      'select distinct pin_kind, pin_cost from tahsil.operators',
    )
    expect(rows).toEqual([{ pin_kind: 'peppered', pin_cost: 32_768 }])
    expect(await signIn(DEMO_PIN, '102')).toBe('none')
  })
})

/** Of a chip, as its maker prints it. */
const UID = '04:A1:B2:C3:D4:E5:80'
const DEMO_NUMBER = '70420017'

describe('a badge with a number of its own', () => {
  it('chooses its operator at the till and signs nobody in; taken back, it is nobody’s after the next masters', async () => {
    const { client } = host
    await client.session.signOut()
    const readers = async () => (await client.devices.scans({ after: null })).scanners
    await expect.poll(async () => (await readers())[0]?.isOpen).toBe(true)
    const { devices } = await client.virtual.list()
    const example = devices.find(({ id }) => id === 'card-reader')?.acts[0]?.example ?? ''
    expect(example).toContain(DEMO_NUMBER)
    const swipe = async () => {
      const { lastNumber } = await host.client.devices.scans({ after: null })
      await host.client.virtual.act({ id: 'card-reader', act: 'swipe', text: example })
      return (await host.client.devices.scans({ after: lastNumber })).scans.map(({ kind, value }) => [
        kind,
        value,
      ])
    }
    expect(await swipe()).toEqual([['badge', badgeText('101')]])
    expect((await client.terminal.status()).operator).toBeNull()
    expect(await signIn(DEMO_PIN, '101')).toBe('none')
    // What the sign-in told of the operator is kept, and it holds the badge too.
    expect(await swipe()).toEqual([['badge', badgeText('101')]])
    const { base64 } = await client.devices.bundle()
    expect(Buffer.from(base64, 'base64').toString('utf8')).not.toContain(DEMO_NUMBER)

    const gone = await command('operator-badge', '--code', '101', '--remove', 'all')
    expect(gone.stdout).toContain('Taken back: 1 badge. Operator 101 has no badge.')
    await host.close()
    host = await startTill()
    await expect
      .poll(async () => (await host.client.devices.scans({ after: null })).scanners[0]?.isOpen)
      .toBe(true)
    expect(await swipe()).toEqual([['badge', DEMO_NUMBER]])
  })

  it('is given, counted and refused in words; it is one person’s, and only its HMAC is kept', async () => {
    const root = openRootSecret({ file: null, dataFolder: keyFolder() })
    const people = createOperators(drizzle({ client: world.pool }), root.pinPepper)
    const give = async (number: string, code = '102') =>
      (await people.giveBadge({ tenantId: TENANT, code, badge: number })).kind
    expect(await give(UID, '101')).toBe('given')
    expect(await give(UID, '101')).toBe('given')
    expect((await command('operator-badge', '--code', '101')).stdout).toBe('Operator 101 has 1 badge.\n')
    const again = UID.replaceAll(':', '').toLowerCase()
    const taken = await command('operator-badge', '--code', '102', '--badge', again)
    expect([taken.code, taken.stderr]).toEqual([2, expect.stringContaining('belongs to operator 101')])
    expect(await give(UID, '999')).toBe('operator_unknown')
    expect(await give('4111 1111 1111 1111')).toBe('bank_card')
    expect(await give(';4111111111111111=2912101?')).toBe('bank_card')
    expect(await give('04:A')).toBe('too_short')
    expect(await give('A1'.repeat(39))).toBe('too_long')
    expect(await give(badgeText('102'))).toBe('printed')
    for (const number of ['5001', '5002', '5003', '5004']) expect(await give(number)).toBe('given')
    expect(await give('5005')).toBe('too_many')
    await people.put({ tenantId: TENANT, code: '7001', name: 'Asha Rao', role: 'collector', pin: DEMO_PIN })
    expect(await give('7001', '101')).toBe('is_code')
    // Whoever is let go leaves the badges for others.
    expect(await give('5006', '7001')).toBe('given')
    expect(await people.deactivate(TENANT, '7001')).toBe(true)
    expect(await give('5006', '101')).toBe('given')

    const told = (await world.till.masters()).operators.map(({ code, badges }) => [code, badges?.length])
    expect(told).toEqual([
      ['101', 2],
      ['102', 4],
      ['900', undefined],
    ])
    const { rows } = await world.pool.query<{ text: string }>(
      `select string_agg(b::text, ' ') as text from tahsil.operator_badges b`,
    )
    expect(rows[0]?.text).not.toMatch(/04:?A1:?B2/i)
    expect(await events('badge-given')).toBe(8)
    expect(await events('badge-taken-back')).toBe(1)
  })
})

describe('a till whose integrator is away', () => {
  it('checks PINs with the pepper it was told, also after a restart', async () => {
    expect(await signIn(DEMO_PIN)).toBe('none')
    await node.end('SIGTERM')
    await host.close()
    host = await startTill()
    expect(await signIn('000000')).toBe('wrong_pin')
    expect(await signIn(DEMO_PIN)).toBe('none')
  })

  it('is freed by telephone: digits of the office, for this operator, once', async () => {
    for (let count = 0; count < 6; count++) {
      expect(await signIn('000000')).toBe('wrong_pin')
      clock.pass(600_000)
    }
    expect(await signIn(DEMO_PIN)).toBe('operator_locked')
    const shown = await host.client.session.unlockChallenge({ operatorCode: '101' })
    const read = await command(
      'unlock-code',
      '--device',
      shown.deviceCode,
      '--operator',
      '101',
      '--challenge',
      shown.challenge,
    )
    const answer = read.stdout.replace(/^(\d{4}) (\d{4})[\s\S]*$/, '$1$2')
    expect(answer).toMatch(/^\d{8}$/)
    const tryAnswer = async (digits: string) =>
      await codeOf(host.client.session.unlock({ operatorCode: '101', answer: digits }))
    const wrong = String((Number(answer) + 1) % 100_000_000).padStart(8, '0')
    expect(await tryAnswer(wrong)).toBe('unlock_refused')
    expect(await tryAnswer(answer)).toBe('none')
    expect(await signIn(DEMO_PIN)).toBe('none')
    expect(await tryAnswer(answer)).toBe('operator_not_locked')
    expect(await events('unlock-code-read')).toBe(1)
    expect(
      (await command('unlock-code', '--device', '9999', '--operator', '101', '--challenge', '123456')).stderr,
    ).toContain('no till 9999')
  })

  it('has nothing secret in its logs, nor has the integrator or the database', async () => {
    const secrets = openedSecrets()
    expect(secrets.map(([name]) => name).toSorted()).toEqual([
      'nonce',
      'pinPepper',
      'sealKey',
      'signKey',
      'unlockSecret',
    ])
    const root = openRootSecret({ file: null, dataFolder: keyFolder() })
    const words = [
      ...secrets.map(([, value]) => String(value).split('\n')[1] ?? String(value)),
      root.pinPepper(TENANT).toString('base64url'),
      readFileSync(join(keyFolder(), 'pin-pepper.key'), 'utf8').trim(),
      DEMO_PIN,
      DEMO_NUMBER,
      UID,
    ]
    const logs = readFileSync(join(dataDir, 'logs', 'terminal.log'), 'utf8') + node.stdout() + node.stderr()
    expect(logs).toContain('enrolled')
    const { rows } = await world.pool.query<{ text: string }>(
      `select string_agg(o::text, ' ') || (select string_agg(s::text, ' ') from tahsil.settings s)
         || (select string_agg(e::text, ' ') from tahsil.security_events e) as text from tahsil.operators o`,
    )
    for (const word of words) {
      expect(word.length).toBeGreaterThan(5)
      expect(logs).not.toContain(word)
      expect(rows[0]?.text).not.toContain(word)
    }
  })
})

describe('the office', () => {
  it('takes an operator out, who is refused from then on', async () => {
    const { till } = world
    const ask = async () =>
      await till.call<{ code?: string }>('POST', '/v1/operators/sign-in', {
        operatorCode: '102',
        pin: DEMO_PIN,
      })
    expect((await ask()).status).toBe(200)
    const before = (await events('operator-deactivated')) ?? 0
    expect((await command('deactivate-operator', '--code', '102')).stdout).toContain('may not sign in')
    expect(await ask()).toMatchObject({ status: 401, body: { code: 'operator_unknown' } })
    expect((await command('deactivate-operator', '--code', '102')).stderr).toContain('no active operator 102')
    expect(await events('operator-deactivated')).toBe(before + 1)
  })

  it('is told when the pepper file is another one, and may go on with it knowingly', async () => {
    const other = mkdtempSync(join(tmpdir(), 'tahsil-other-'))
    const file = join(other, 'pepper')
    writeFileSync(file, randomBytes(32).toString('base64url'))
    const environment = { ...world.environment, TAHSIL_PIN_PEPPER_FILE: file }
    await expect(startIntegrator({ environment, dataFolder: keyFolder() })).rejects.toThrow('PIN pepper file')
    const adding = await runToEnd(
      [
        'add-operator',
        '--code',
        '103',
        '--name',
        'Asha Rao',
        '--role',
        'kiosk',
        '--pin',
        '135790',
        '--data',
        keyFolder(),
      ],
      { ...process.env, ...environment },
    )
    expect([adding.code, adding.stderr]).toEqual([2, expect.stringContaining('PIN pepper file')])
    const accepted = await runToEnd(['accept-new-pepper', '--data', keyFolder()], {
      ...process.env,
      ...environment,
    })
    expect(accepted.stdout).toContain('new PIN')
    expect(
      (await command('add-operator', '--code', '103', '--name', 'A', '--role', 'kiosk', '--pin', '135790'))
        .code,
    ).toBe(2)
    rmSync(other, { recursive: true, force: true })
  })
})
