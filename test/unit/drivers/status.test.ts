// Goal: whatever bytes come from a printer, each answer is told from every other, noise is counted and never taken for an answer that says
// "printed", and nothing throws.
import { describe, expect, test } from 'vitest'
import { BLOCK_BYTES_MAX, createStatusSplitter, type StatusEvent } from '#drivers/printer/status-bytes.ts'
import { askStatus, readStatus } from '#drivers/printer/status.ts'
import type { Connection } from '#drivers/transport/transport.ts'

const eventsOf = (...bytes: number[]): StatusEvent[] => createStatusSplitter().push(Uint8Array.from(bytes))
const text = (characters: string): number[] => [...Buffer.from(characters, 'latin1')]

describe('the table of answers', () => {
  test.each<[string, number[], StatusEvent[]]>([
    [
      'XOFF and XON',
      [0x13, 0x11],
      [
        { kind: 'flow', isPaused: true },
        { kind: 'flow', isPaused: false },
      ],
    ],
    ['DLE EOT', [0x12, 0x1a, 0x76], [0x12, 0x1a, 0x76].map((byte) => ({ kind: 'real-time', byte }))],
    ['automatic status', [0x38, 0x00, 0x0f, 0x00], [{ kind: 'automatic', bytes: [0x38, 0, 0x0f, 0] }]],
    ['GS r and GS I below 64', [0x00, 0x0c, 0x60], [0, 0x0c, 0x60].map((byte) => ({ kind: 'status', byte }))],
    ['process ID', [0x37, 0x22, ...text('A7Z9'), 0], [{ kind: 'process-id', id: 'A7Z9' }]],
    ['offline response', [0x37, 0x23, 0x31, 0], [{ kind: 'offline' }]],
    ['cleared', [0x37, 0x25, 0], [{ kind: 'cleared' }]],
    ['GS I 67', [0x5f, ...text('TM-T88V'), 0], [{ kind: 'block', header: 0x5f, text: 'TM-T88V' }]],
    ['GS I with 3D', [0x3d, ...text('X'), 0x1f, 0], [{ kind: 'block', header: 0x3d, text: 'X\u001f' }]],
  ])('%s', (_, bytes, events) => {
    expect(eventsOf(...bytes)).toEqual(events)
  })

  test('answers come apart in any cut, and flow control may stand inside them', () => {
    const bytes = [0x18, 0x13, 0, 0x11, 0, 0, 0x12, 0x37, 0x22, 0x41, 0x13, 0x42, 0x43, 0x44, 0, 0x0c]
    const splitter = createStatusSplitter()
    const single = bytes.flatMap((byte) => splitter.push(Uint8Array.of(byte)))
    expect(single).toEqual(eventsOf(...bytes))
    expect(single.map(({ kind }) => kind).filter((kind) => kind !== 'flow')).toEqual([
      'automatic',
      'real-time',
      'process-id',
      'status',
    ])
    expect(splitter.garbageBytes()).toBe(0)
  })
})

describe('noise', () => {
  test('bytes of no answer are counted and the next answer is understood', () => {
    const splitter = createStatusSplitter()
    expect(splitter.push(Uint8Array.of(0xff, 0x80, 0xfe, 0x12))).toEqual([{ kind: 'real-time', byte: 0x12 }])
    expect(splitter.garbageBytes()).toBe(3)
  })

  test('an answer that broke off does not eat the next one', () => {
    const splitter = createStatusSplitter()
    expect(splitter.push(Uint8Array.of(0x10, 0, 0x12))).toEqual([{ kind: 'real-time', byte: 0x12 }])
    splitter.push(Uint8Array.of(0x37, 0x22, 0x41))
    splitter.settle()
    expect(splitter.push(Uint8Array.of(0x0c))).toEqual([{ kind: 'status', byte: 0x0c }])
    expect(splitter.garbageBytes()).toBe(5)
  })

  test('a process ID is found behind noise that looks like the head of a block', () => {
    expect(eventsOf(0x5f, 0x41, 0x37, 0x22, ...text('0001'), 0)).toEqual([{ kind: 'process-id', id: '0001' }])
    expect(eventsOf(0x37, 0x22, ...text('001'), 0)).toEqual([])
  })

  test('a block without an end is given up', () => {
    const splitter = createStatusSplitter()
    expect(splitter.push(Uint8Array.from([0x5f, ...text('x'.repeat(BLOCK_BYTES_MAX))]))).toEqual([])
    expect(splitter.push(Uint8Array.of(0x12))).toEqual([{ kind: 'real-time', byte: 0x12 }])
    expect(splitter.garbageBytes()).toBe(BLOCK_BYTES_MAX + 1)
  })

  test('a hundred thousand random bytes: no throw, every byte is an answer’s or counted', () => {
    const splitter = createStatusSplitter()
    let seed = 20_261_124
    const bytes = Uint8Array.from({ length: 100_000 }, () => {
      seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0
      return seed >>> 24
    })
    const events = splitter.push(bytes)
    splitter.settle()
    const used = events.reduce((sum, event) => sum + bytesIn(event), splitter.garbageBytes())
    // Only the kind of an offline answer and what noise stood before an ID are not in the events.
    expect(used).toBeLessThanOrEqual(bytes.length)
    expect(used).toBeGreaterThan(bytes.length * 0.99)
  })
})

function bytesIn(event: StatusEvent): number {
  switch (event.kind) {
    case 'automatic':
      return 4
    case 'process-id':
      return 7
    case 'cleared':
    case 'offline':
      return 3
    case 'block':
      return event.text.length + 2
    case 'flow':
    case 'real-time':
    case 'status':
      return 1
  }
}

describe('asking', () => {
  const lineTo = (answer: (question: number, say: (...bytes: number[]) => void) => void) => {
    let listener: (bytes: Uint8Array) => void = () => undefined
    const written: number[] = []
    const connection: Connection = {
      write: async (bytes) => {
        written.push(bytes[2] ?? 0)
        setImmediate(() => answer(bytes[2] ?? 0, (...all) => listener(Uint8Array.from(all))))
        await Promise.resolve()
      },
      onData: (next) => {
        listener = next
        return () => undefined
      },
      closed: new Promise(() => undefined),
      close: async () => await Promise.resolve(),
    }
    return { connection, written }
  }

  test('questions of one kind wait for each other, each gets its own answer', async () => {
    const { connection, written } = lineTo((question, say) => say(0x12 | (question === 2 ? 0x04 : 0)))
    const reader = readStatus(connection)
    expect(await Promise.all([reader.ask(1, 500), reader.ask(2, 500), reader.ask(1, 500)])).toEqual([
      0x12, 0x16, 0x12,
    ])
    expect(written).toEqual([1, 2, 1])
  })

  test('a late first answer is not taken for that of the next question', async () => {
    let asked = 0
    const { connection } = lineTo((question, say) => {
      asked += 1
      // The first answer comes with the second, and says "offline", which would be "fed by hand" as a cause.
      if (asked === 2) say(0x1a, 0x1a)
      else if (asked > 2) say(question === 2 ? 0x16 : 0x12)
    })
    const status = await askStatus(readStatus(connection), 40)
    expect(status?.problem?.code).toBe('printer_cover_open')
  })

  test('a hot print head and a pressed feed button are no trouble; an open cover is', () => {
    const { connection } = lineTo(() => undefined)
    let say: (bytes: Uint8Array) => void = () => undefined
    const reader = readStatus({
      ...connection,
      onData: (listener) => {
        say = listener
        return () => undefined
      },
    })
    say(Uint8Array.of(0x18, 0x40, 0, 0))
    expect(reader.trouble()).toBeNull()
    say(Uint8Array.of(0x58, 0, 0, 0))
    expect(reader.trouble()).toBeNull()
    say(Uint8Array.of(0x38, 0, 0, 0))
    expect(reader.trouble()?.code).toBe('printer_cover_open')
    say(Uint8Array.of(0x10, 0, 0, 0))
    expect(reader.trouble()).toBeNull()
  })
})
