// Goal: scans of the till's own scanners arrive once and in order, whatever happens to the core meanwhile; a till without
// such scanners asks once.
import { expect, test } from 'vitest'
import type { Scans } from '#rpc/devices.ts'
import { followDeviceScans, learnScanPrefix } from '#renderer/parts/device-scans.ts'

const NOTE = { aim: null, symbology: null, source: 'serial', atMs: 0 } as const
const scanners = [{ name: '/dev/ttyACM0', isOpen: true }]

test('each answer goes on from the last one, also after the core was away', async () => {
  const asked: (number | null)[] = []
  const delivered: string[] = []
  const answers: (Scans | Error)[] = [
    { lastNumber: 4, scans: [], scanners },
    {
      lastNumber: 6,
      scans: [
        { ...NOTE, number: 5, value: 'PT-1' },
        { ...NOTE, number: 6, value: 'PT-2' },
        { ...NOTE, number: 7, value: null, reason: 'part_lost' },
      ],
      scanners,
    },
    new Error('away'),
    { lastNumber: 6, scans: [], scanners: [] },
  ]
  const scans = async ({ after }: { after: number | null }): Promise<Scans> => {
    asked.push(after)
    const answer = answers.shift()
    if (answer === undefined || answer instanceof Error) throw answer ?? new Error('asked too often')
    return answer
  }
  const client = { devices: { scans } } as unknown as Parameters<typeof followDeviceScans>[0]['client']
  await followDeviceScans({
    client,
    deliver: (text) => delivered.push(text),
    deliverUnread: (reason) => delivered.push(`unread: ${reason}`),
    pause: async () => undefined,
  })
  expect(asked).toEqual([null, 4, 6, 6])
  expect(delivered).toEqual(['PT-1', 'PT-2', 'unread: part_lost'])
})

test('the sign before each code is asked until the core has said it', async () => {
  const answers: (string | Error)[] = [new Error('away'), '!']
  const keyboard = async (): Promise<{ prefix: string }> => {
    const answer = answers.shift()
    if (answer === undefined || answer instanceof Error) throw answer ?? new Error('asked too often')
    return { prefix: answer }
  }
  const client = { devices: { keyboard } } as unknown as Parameters<typeof learnScanPrefix>[0]['client']
  const learned: string[] = []
  await learnScanPrefix({
    client,
    setPrefix: (prefix) => learned.push(prefix),
    pause: async () => undefined,
  })
  expect(learned).toEqual(['!'])
})
