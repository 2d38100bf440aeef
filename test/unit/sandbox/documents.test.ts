// Goal: receipt PDFs, file links and texts behave as the services behind them.
import { afterEach, beforeEach, expect, test } from 'vitest'
import {
  fileUrlAnswerSchema,
  localizationAnswerSchema,
  pdfAnswerSchema,
  pdfErrorSchema,
} from '#digit-wire/documents.ts'
import { pdfBytes } from '#sandbox/documents/pdf-bytes.ts'
import { at, devgaon, paymentsOf, startRig } from './rig.ts'
import type { Rig } from './rig.ts'

let rig: Rig
beforeEach(async () => {
  rig = await startRig()
})
afterEach(() => rig.close())

const pdfPath = '/pdf-service/v1/_create?key=consolidatedreceipt&tenantId=sr'
const urlOf = async (ids: string[]) => {
  const response = await fetch(`${rig.url}/filestore/v1/files/url?tenantId=sr&fileStoreIds=${ids.join(',')}`)
  return fileUrlAnswerSchema.parse(await response.json())
}

test('a receipt is made, linked and downloaded as a valid PDF', async () => {
  const bill = await rig.billOf('plain-due')
  await rig.paid(bill)
  const payments = paymentsOf(await rig.search('PT', { billIds: bill.id }))
  const reply = await rig.post(pdfPath, { Payments: payments })
  expect(reply.status).toBe(201)
  const answer = pdfAnswerSchema.parse(reply.body)
  expect(answer.filestoreIds).toHaveLength(1)
  const id = answer.filestoreIds[0] ?? ''
  const links = await urlOf([id])
  expect(at({ body: links }, id)).toBe(links.fileStoreIds[0]?.url)
  const file = await fetch(links.fileStoreIds[0]?.url ?? '')
  expect(file.headers.get('content-type')).toBe('application/pdf')
  const bytes = Buffer.from(await file.arrayBuffer()).toString('latin1')
  expect(bytes).toContain('11/2026-27/000001')
  expectValidPdf(bytes)
})

test('the file of the asynchronous consumer can be downloaded too', async () => {
  const bill = await rig.billOf('plain-due')
  await rig.paid(bill)
  const [payment] = paymentsOf(await rig.search('PT', { billIds: bill.id }))
  const links = await urlOf([payment?.fileStoreId ?? ''])
  expect((await fetch(links.fileStoreIds[0]?.url ?? '')).status).toBe(200)
})

test('links die, and cannot be made up', async () => {
  rig.admin.setSettings({ fileUrlLifeMs: 1 })
  const reply = await rig.post(pdfPath, { Payments: [{ id: 'p', tenantId: devgaon }] })
  const id = pdfAnswerSchema.parse(reply.body).filestoreIds[0] ?? ''
  const url = (await urlOf([id])).fileStoreIds[0]?.url ?? ''
  await expect.poll(async () => (await fetch(url)).status).toBe(403)
  expect(
    (await fetch(`${rig.url}/filestore-content/${id}.pdf?expires=9999999999999&signature=x`)).status,
  ).toBe(403)
})

test('a null msgId breaks the PDF call, in the shape of pdf-service', async () => {
  const reply = await rig.post(
    pdfPath,
    { Payments: [{ id: 'p', tenantId: devgaon }] },
    { info: { msgId: null } },
  )
  expect(reply.status).toBe(400)
  expect(pdfErrorSchema.parse(reply.body).message).not.toBe('')
  expect(at(reply, 'Errors')).toBeUndefined()
})

test('a PDF of letters that base fonts lack is still valid', () => {
  const bytes = pdfBytes('RECEIPT (1)', ['आशा राव', String.raw`back\slash (paren)`]).toString('latin1')
  expectValidPdf(bytes)
  expect(bytes).toContain(String.raw`back\\slash \(paren\)`)
})

test('messages come by locale, module and code', async () => {
  const ask = async (query: string) => {
    const reply = await rig.post(
      `/localization/messages/v1/_search?tenantId=sr&${query}`,
      {},
      { token: null },
    )
    return localizationAnswerSchema.parse(reply.body).messages
  }
  const hindi = await ask('locale=hi_IN&module=rainmaker-uc&codes=BILLINGSERVICE_BUSINESSSERVICE_PT')
  expect(hindi.map((message) => message.message)).toEqual(['संपत्ति कर'])
  const codes = (await ask('locale=en_IN&module=rainmaker-uc')).map((message) => message.code)
  expect(codes).toContain('BILLINGSERVICE_BUSINESSSERVICE_MISC_HALL_RENT')
  const byGet = await fetch(`${rig.url}/localization/messages?tenantId=sr&locale=en_IN`)
  expect(localizationAnswerSchema.parse(await byGet.json()).messages.length).toBeGreaterThan(10)
})

/** Header, trailer, and every offset of the cross-reference table pointing at its object. */
function expectValidPdf(bytes: string): void {
  expect(bytes.startsWith('%PDF-1.4\n')).toBe(true)
  expect(bytes.endsWith('%%EOF\n')).toBe(true)
  const tableAt = Number(/startxref\n(\d+)\n/.exec(bytes)?.[1])
  expect(bytes.slice(tableAt, tableAt + 4)).toBe('xref')
  const offsets = [...bytes.slice(tableAt).matchAll(/^(\d{10}) 00000 n $/gm)].map((match) => Number(match[1]))
  expect(offsets.length).toBeGreaterThanOrEqual(5)
  offsets.forEach((offset, index) => expect(bytes.slice(offset).startsWith(`${index + 1} 0 obj`)).toBe(true))
  const declared = Number(/<< \/Length (\d+) >>\nstream\n/.exec(bytes)?.[1])
  const streamAt = bytes.indexOf('stream\n') + 'stream\n'.length
  expect(bytes.indexOf('\nendstream') - streamAt).toBe(declared)
}
