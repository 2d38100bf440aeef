// The floor of taking payments over the network: node:http, the same check of every payment, and one raw insert of the rows, with no
// trail, no posting job, no feed, no findings and no repair. Started by batch.ts as a process of its own, on the same PostgreSQL.
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import pg from 'pg'
import { paymentSchema, type Payment } from '#contract/payment.ts'

const POOL_MAX = 16

const pool = new pg.Pool({ connectionString: process.env['DATABASE_URL'], max: POOL_MAX })
await pool.query(`create table if not exists bare_payments (
  id uuid primary key, device_id text not null, device_seq bigint not null, tenant_id text not null,
  consumer_code text not null, amount_paise bigint not null, receipt_number text not null, content text not null,
  received_at timestamptz not null default clock_timestamp()
)`)

const server = createServer((request, response) => {
  answer(request).then(
    (body) => {
      const text = JSON.stringify(body)
      response.writeHead(200, {
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(text),
      })
      response.end(text)
    },
    (error: unknown) => {
      const text = JSON.stringify({ error: String(error) })
      response.writeHead(500, { 'content-length': Buffer.byteLength(text) })
      response.end(text)
    },
  )
})
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo
  console.log(JSON.stringify({ ready: true, url: `http://127.0.0.1:${port}` }))
})

async function answer(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  const body = JSON.parse(Buffer.concat(chunks).toString('utf8')) as { payments?: unknown[] }
  if (body.payments === undefined) return await insertOne(paymentSchema.parse(body))
  return await insertMany(body.payments.map((payment) => paymentSchema.parse(payment)))
}

const columnsOf = (payment: Payment): unknown[] => [
  payment.id,
  payment.deviceId,
  payment.deviceSeq,
  payment.tenantId,
  payment.bill.consumerCode,
  payment.amountPaise,
  payment.receiptNumber,
  JSON.stringify(payment),
]

async function insertOne(payment: Payment): Promise<unknown> {
  const { rows } = await pool.query({
    name: 'one',
    text: `insert into bare_payments (id, device_id, device_seq, tenant_id, consumer_code, amount_paise, receipt_number, content)
      values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict do nothing returning id`,
    values: columnsOf(payment),
  })
  return rows[0]
}

async function insertMany(payments: readonly Payment[]): Promise<unknown> {
  const rows = payments.map(columnsOf)
  const result = await pool.query({
    name: 'many',
    text: `insert into bare_payments (id, device_id, device_seq, tenant_id, consumer_code, amount_paise, receipt_number, content)
      select * from unnest($1::uuid[], $2::text[], $3::bigint[], $4::text[], $5::text[], $6::bigint[], $7::text[], $8::text[])
      on conflict do nothing returning id`,
    values: Array.from({ length: 8 }, (_, column) => rows.map((row) => row[column])),
  })
  return result.rows
}
