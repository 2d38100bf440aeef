// Takes payments in a loop on the record it is given and says each one that was acknowledged (`ack ID`), denied (`denied ID CODE`) or not known
// (`unknown ID`). Started by commit.test.ts under a file size limit and by terminal-kill.test.ts, which kills it.
import { randomUUID } from 'node:crypto'
import { writeSync } from 'node:fs'
import { openStore } from '#store/open-store.ts'
import { cashFor, keepBill, SIGNER, take, testClock } from './till-kit.ts'

const [file = '', count = '100'] = process.argv.slice(2)
const clock = testClock()
const store = openStore({ file, nowMs: clock.now.wallMs, signer: SIGNER })
const say = (line: string) => writeSync(1, `${line}\n`)

for (let at = 0; at < Number(count); at++) {
  const paymentId = randomUUID()
  try {
    const bill = keepBill(store)
    const lines = [{ paymentId, billId: bill.id, amountPaise: bill.totalPaise }]
    take({ store, clock }, cashFor([bill], { lines }))
    say(`ack ${paymentId}`)
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'fault'
    say(code === 'store_unknown' ? `unknown ${paymentId}` : `denied ${paymentId} ${code}`)
  }
}
say('done')
