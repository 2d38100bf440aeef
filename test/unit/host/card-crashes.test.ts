// Goal: the till may die at any moment of a card sale. The disk and the bank are kept as they are before and after every commit and at every
// word of the terminal; from each such moment a new till starts, asks, and ends with the citizen's money taken once or not at all.
import { cpSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import Database from 'better-sqlite3'
import { expect, test } from 'vitest'
import type { CardTerminal } from '#drivers/card-terminal/card-terminal.ts'
import {
  createVirtualCardTerminal,
  type CardScript,
  type VirtualLedger,
} from '#drivers/virtual/card-terminal.ts'
import { audit, SUPERVISOR, settled, wishFor } from './card-kit.ts'
import { operatorWith, PIN, startFakeIntegrator } from './fake-integrator.ts'
import { cashInput, problemOfCall, signInAndOpen, startKit, todaysBill } from './host-kit.ts'

type Moment = { readonly name: string; readonly folder: string; readonly ledger: VirtualLedger }
type Exec = (this: Database.Database, sql: string) => Database.Database

const BOTH = ['not taken', 'taken once']
const scripts: readonly (readonly [CardScript, readonly string[]])[] = [
  ['approve', BOTH],
  ['answer-lost', BOTH],
  ['other-amount', ['not taken']],
]

test.each(scripts)(
  '%s: from every moment a new till comes to the one right end',
  async (script, rightEnds) => {
    const bill = todaysBill()
    const farida = operatorWith({ id: 'op-9', code: '900', name: 'Farida Shaikh', role: 'supervisor' })
    const fake = await startFakeIntegrator({
      bills: [bill],
      masters: { operators: [operatorWith(), farida] },
    })
    fake.state.pins.set('900', PIN)
    const root = mkdtempSync(join(tmpdir(), 'tahsil-card-crash-'))
    const ledger: VirtualLedger = new Map()
    const moments: Moment[] = []
    const seen = new Set<string>()
    let isWatching = false
    const keep = (name: string): void => {
      if (!isWatching) return
      // Two moments that left the same behind are one.
      const wal = join(kit.dataDir, 'tahsil.db-wal')
      const left = `${statSync(wal).size} ${JSON.stringify([...ledger])}`
      if (seen.has(left)) return
      seen.add(left)
      const folder = join(root, String(moments.length))
      cpSync(kit.dataDir, folder, {
        recursive: true,
        filter: (path) => !basename(path).includes('lock') && !basename(path).endsWith('-shm'),
      })
      moments.push({ name, folder, ledger: structuredClone(ledger) })
    }
    const real = createVirtualCardTerminal({ ledger, scripts: [script] })
    const watched: CardTerminal = {
      ...real,
      start: async (intent, watch) => {
        keep('before the first byte')
        const outcome = await real.start(intent, {
          onProgress: (step) => {
            keep(`at ${step.step}`)
            watch.onProgress(step)
          },
          onHandedOver: (number) => {
            keep('handed over')
            watch.onHandedOver(number)
          },
        })
        keep('answered, not written down')
        return outcome
      },
      reverse: async (intent, approval) => {
        keep('before the reversal')
        const said = await real.reverse(intent, approval)
        keep('reversed, not written down')
        return said
      },
    }
    const kit = await startKit(fake, { tuning: { cardTerminal: watched, cardAskAgainMs: [] } })
    const exec: Exec = Reflect.get(Database.prototype, 'exec')
    try {
      await signInAndOpen(kit.client)
      await kit.client.bill.find({ text: bill.consumerCode })
      await kit.until(({ queue }) => queue.waitingCount === 0)
      fake.setFault('down', '/v1/records')
      Reflect.set(Database.prototype, 'exec', function watchedExec(this: Database.Database, sql: string) {
        const isCommit = sql === 'COMMIT'
        if (isCommit) keep('before a commit')
        const result = exec.call(this, sql)
        if (isCommit) keep('after a commit')
        return result
      })
      isWatching = true
      const { reference } = await kit.client.card.start(wishFor([bill]))
      await settled(kit, reference)
      keep('at the end')
      isWatching = false
      Reflect.set(Database.prototype, 'exec', exec)
      expect(moments.length).toBeGreaterThan(4)
      await kit.host.close()

      const ends = await Promise.all(moments.map(recover))
      expect([...new Set(ends)].toSorted()).toEqual(rightEnds)
    } finally {
      Reflect.set(Database.prototype, 'exec', exec)
      await kit.close()
      await fake.close()
      rmSync(root, { recursive: true, force: true })
    }

    async function recover({ name, folder, ledger: bank }: Moment): Promise<string> {
      const late = await startKit(fake, {
        options: { dataDir: folder },
        tuning: { cardTerminal: createVirtualCardTerminal({ ledger: bank }), cardAskAgainMs: [] },
      })
      try {
        await late.client.session.signIn({ operatorCode: '101', pin: PIN })
        const file = join(folder, 'tahsil.db')
        for (const { reference } of await late.client.card.open()) await settled(late, reference)
        expect(audit(file, bank), name).toEqual([])
        for (const sale of await late.client.card.open()) {
          const { reference } = sale
          expect(['approved', 'reversing'], name).toContain(sale.state)
          // Charged: nothing else may pay this bill, finishing pays it, with the ids of before.
          expect((await problemOfCall(late.client.payment.take(cashInput([bill])))).code, name).toBe(
            'card_sale_open',
          )
          if (sale.mayPost) {
            // With the ids of before, or it would be refused.
            await late.client.card.post({ reference })
          } else {
            const by = { reference, approver: SUPERVISOR, reason: 'After a power cut' }
            const { state } = await late.client.card.reverse(by)
            if (state === 'reversal_refused') await late.client.card.close(by)
          }
        }
        expect(audit(file, bank), name).toEqual([])
        const kept = [...bank.values()].reduce(
          (sum, each) => sum + each.capturedPaise - each.reversedPaise,
          0,
        )
        const paid = (await late.client.receipt.search({ text: '' })).reduce(
          (sum, row) => sum + row.amountPaise,
          0,
        )
        expect(paid, name).toBe(kept)
        // Free again exactly when nothing was taken.
        const again = (await problemOfCall(late.client.payment.take(cashInput([bill])))).code
        expect(again, name).toBe(kept === 0 ? 'none' : 'bill_already_paid')
        return kept === 0 ? 'not taken' : 'taken once'
      } finally {
        await late.host.close()
      }
    }
  },
)
