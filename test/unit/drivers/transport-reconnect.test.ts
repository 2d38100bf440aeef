// Goal: a device that stays on the line may vanish and return at any time; the till hears of it once each way, and never
// hammers a device that is away.
import { expect, test, vi } from 'vitest'
import { DriverProblem } from '#drivers/problem.ts'
import { keepConnected, type KeptEvent } from '#drivers/transport/reconnect.ts'
import { serialTransport } from '#drivers/transport/serial.ts'
import type { Connection } from '#drivers/transport/transport.ts'
import { makeFolder, openLine } from './pty-pair.ts'

const patient = { timeout: 20_000, interval: 5 }
const fast = { firstDelayMs: 10, delayMaxMs: 40, stableMs: 0 }

test('a serial scanner is pulled out and plugged in again: down, up, and its scans come', async () => {
  const folder = makeFolder()
  const line = await openLine(folder)
  const events: KeptEvent[] = []
  let text = ''
  const kept = keepConnected({
    open: serialTransport({ path: line.path, noun: 'scanner' }).open,
    onConnection: (connection) => connection.onData((bytes) => (text += Buffer.from(bytes).toString())),
    onEvent: (event) => events.push(event),
    random: () => 0.5,
    nowMs: () => Date.now(),
    limits: fast,
  })
  await vi.waitFor(() => expect(events).toMatchObject([{ kind: 'up', problem: null }]), patient)
  await line.say('first\r')
  await vi.waitFor(() => expect(text).toBe('first\r'), patient)
  await line.unplug()
  await vi.waitFor(() => expect(events.at(-1)?.problem?.code).toBe('device_unreachable'), patient)
  expect(events[1]).toMatchObject({ kind: 'down', problem: { code: 'device_gone' } })
  expect(kept.current()).toBeNull()
  const back = await openLine(folder)
  await vi.waitFor(() => expect(events.at(-1)?.kind).toBe('up'), patient)
  await back.say('second\r')
  await vi.waitFor(() => expect(text).toBe('first\rsecond\r'), patient)
  await kept.stop()
  // While it is away the reason may change, and then it is told again.
  const kinds = events.map(({ kind }) => kind)
  expect(kinds.filter((kind, index) => kind !== kinds[index - 1])).toEqual(['up', 'down', 'up'])
  // The port is free again.
  await (await serialTransport({ path: back.path }).open()).close()
})

const setUp = (open: () => Promise<Connection>) => {
  vi.useFakeTimers()
  const events: KeptEvent[] = []
  const kept = keepConnected({
    open,
    onConnection: () => undefined,
    onEvent: (event) => events.push(event),
    random: () => 0,
    nowMs: () => Date.now(),
    limits: { firstDelayMs: 100, delayMaxMs: 1_000, stableMs: 5_000 },
  })
  return { events, kept }
}

const absent = new DriverProblem('device_unreachable', 'Away.')

test('attempts become slower up to the longest delay; the same trouble is told once; a hint tries at once', async () => {
  const attemptsMs: number[] = []
  const { events, kept } = setUp(async () => {
    attemptsMs.push(Date.now())
    throw absent
  })
  try {
    await vi.advanceTimersByTimeAsync(3_000)
    const gaps = attemptsMs.slice(1).map((atMs, index) => atMs - (attemptsMs[index] ?? 0))
    expect(gaps).toEqual([50, 100, 200, 400, 500, 500, 500, 500])
    expect(events).toMatchObject([{ kind: 'down', problem: { code: 'device_unreachable' } }])
    const before = attemptsMs.length
    kept.retryNow()
    await vi.advanceTimersByTimeAsync(0)
    expect(attemptsMs.length).toBe(before + 1)
    await kept.stop()
    await vi.advanceTimersByTimeAsync(5_000)
    expect(attemptsMs.length).toBe(before + 1)
  } finally {
    vi.useRealTimers()
  }
})

test('a device that comes and goes at once is not hammered; one that was good starts from the first delay', async () => {
  const opened: { atMs: number; end: (problem: DriverProblem) => void }[] = []
  const { events, kept } = setUp(async () => {
    const { promise: closed, resolve } = Promise.withResolvers<DriverProblem | null>()
    opened.push({ atMs: Date.now(), end: resolve })
    return {
      closed,
      write: async () => undefined,
      onData: () => () => undefined,
      close: async () => resolve(null),
    }
  })
  const loseAndWait = async () => {
    const lostMs = Date.now()
    opened.at(-1)?.end(absent)
    const before = opened.length
    for (let step = 0; step < 200 && opened.length === before; step++) await vi.advanceTimersByTimeAsync(10)
    return (opened.at(-1)?.atMs ?? 0) - lostMs
  }
  try {
    await vi.advanceTimersByTimeAsync(0)
    expect([await loseAndWait(), await loseAndWait(), await loseAndWait()]).toEqual([50, 100, 200])
    await vi.advanceTimersByTimeAsync(6_000)
    expect(await loseAndWait()).toBe(50)
    await kept.stop()
    expect(events.map(({ kind }) => kind)).toEqual(
      Array.from({ length: 4 }, () => ['up', 'down'])
        .flat()
        .concat('up'),
    )
  } finally {
    vi.useRealTimers()
  }
})

test('what is no driver problem is told as one and ends nothing', async () => {
  const { events, kept } = setUp(async () => {
    throw new TypeError('a mistake')
  })
  try {
    await vi.advanceTimersByTimeAsync(200)
    expect(events).toMatchObject([{ kind: 'down', problem: { code: 'device_unreachable' } }])
    await kept.stop()
  } finally {
    vi.useRealTimers()
  }
})
