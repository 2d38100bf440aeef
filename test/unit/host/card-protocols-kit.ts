// A till that takes the terminal of one protocol the way the product does: from the address in the options, the keys in the environment and
// the CA in a file. Called by card-protocols.test.ts.
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { onTestFinished, vi } from 'vitest'
import type { CardTerminalTimes } from '#drivers/card-terminal/open-card-terminal.ts'
import type { TerminalClient } from '#rpc/procedures.ts'
import { TERMINALS_CA, type Protocol } from './card-counterparts.ts'
import { operatorWith, PIN, startFakeIntegrator } from './fake-integrator.ts'
import { signInAndOpen, startKit, todaysBill, type HostKit } from './host-kit.ts'

const TIMES: CardTerminalTimes = {
  cloud: { askTimeoutMs: 10_000, lookEveryMs: 2, looksMax: 6, looksAfterCancelMax: 3 },
  nexo: { paymentTimeoutMs: 10_000, askTimeoutMs: 10_000, lookEveryMs: 2, recoverForMs: 20 },
}

export type ProtocolTill = Awaited<ReturnType<typeof startTillWith>>

type TillOptions = {
  /** Of the protocol, or as little as a test has. */
  readonly patience?: 'short' | 'of_protocol'
  /** In place of what belongs to this terminal; undefined: not set. */
  readonly environment?: Readonly<Record<string, string | undefined>>
  /** What the file of the CA holds in place of the right one. */
  readonly caText?: string
}

/** A till in an open shift with one bill found. Ends with the test. */
export async function startTillWith(
  { start }: Protocol,
  { patience = 'short', environment = {}, caText = TERMINALS_CA }: TillOptions = {},
) {
  const terminal = await start()
  const bill = todaysBill()
  const farida = operatorWith({ id: 'op-9', code: '900', name: 'Farida Shaikh', role: 'supervisor' })
  const fake = await startFakeIntegrator({ bills: [bill], masters: { operators: [operatorWith(), farida] } })
  fake.state.pins.set('900', PIN)
  const folder = mkdtempSync(join(tmpdir(), 'tahsil-protocols-'))
  const caFile = join(folder, 'ca.pem')
  writeFileSync(caFile, caText)
  const env = { ...terminal.secrets, TAHSIL_CARD_CA: caFile, ...environment }
  for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value)
  const options = { cardTerminal: terminal.address }
  const short = { cardAskAgainMs: [], cardTimes: TIMES }
  const kit = await startKit(fake, {
    options,
    tuning: patience === 'short' ? short : { cardAskAgainMs: [] },
  })
  const late: HostKit[] = []
  onTestFinished(async () => {
    for (const each of [kit, ...late]) await each.close()
    await fake.close()
    await terminal.close()
    vi.unstubAllEnvs()
    rmSync(folder, { recursive: true, force: true })
  })
  await signInAndOpen(kit.client)
  await kit.client.bill.find({ text: bill.consumerCode })
  return {
    kit,
    terminal,
    bill,
    restart: async () => {
      await kit.restart({ tuning: short })
      await kit.client.session.signIn({ operatorCode: '101', pin: PIN })
    },
    /** What the disk holds at this moment, under a till that starts later. */
    powerCut: async (): Promise<HostKit> => {
      const dataDir = join(folder, 'after')
      const isKept = (path: string) => !basename(path).includes('lock') && !basename(path).endsWith('-shm')
      cpSync(kit.dataDir, dataDir, { recursive: true, filter: isKept })
      await kit.host.close()
      terminal.play('well')
      const next = await startKit(fake, { options: { ...options, dataDir }, tuning: short })
      late.push(next)
      await next.client.session.signIn({ operatorCode: '101', pin: PIN })
      return next
    },
  }
}

export async function paidPaise(client: TerminalClient): Promise<number> {
  return (await client.receipt.search({ text: '' })).reduce((sum, { amountPaise }) => sum + amountPaise, 0)
}
