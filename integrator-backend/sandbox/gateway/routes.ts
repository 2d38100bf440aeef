// Which service answers which path, and the operation name faults and counters know it by.
// Called by the pipeline.
import { cancelBill, searchBill } from '#sandbox/billing/search-bill.ts'
import { fetchBill } from '#sandbox/billing/fetch-bill.ts'
import { legacyBill, searchDemand } from '#sandbox/billing/search-demand.ts'
import { createPayment, validatePayment } from '#sandbox/collection/create-payment.ts'
import { searchPayments } from '#sandbox/collection/search-payments.ts'
import { runWorkflow } from '#sandbox/collection/workflow.ts'
import { searchMessages } from '#sandbox/documents/localization.ts'
import { createPdf, fileUrls } from '#sandbox/documents/receipts.ts'
import type { Operation } from '#sandbox/faults.ts'
import { logOut } from '#sandbox/identity/login.ts'
import { sendOtp } from '#sandbox/identity/otp.ts'
import { searchMdms } from '#sandbox/masters/mdms-search.ts'
import type { Handler } from '#sandbox/sandbox-context.ts'

export type Route = { operation: Operation; method: 'GET' | 'POST'; module: string | null; handler: Handler }

const post = (operation: Operation, handler: Handler): Route => ({
  operation,
  method: 'POST',
  module: null,
  handler,
})
const get = (operation: Operation, handler: Handler): Route => ({
  operation,
  method: 'GET',
  module: null,
  handler,
})

const bills = '/billing-service/bill'
const payments = '/collection-services/payments'

const exact: Record<string, Route> = {
  '/user/_logout': post('logout', logOut),
  '/user-otp/v1/_send': post('otp', sendOtp),
  '/egov-mdms-service/v1/_search': post('mdms', searchMdms),
  [`${bills}/v2/_fetchbill`]: post('fetch-bill', fetchBill),
  [`${bills}/v2/_search`]: post('search-bill', searchBill),
  [`${bills}/v2/_cancelbill`]: post('cancel-bill', cancelBill),
  '/billing-service/demand/_search': post('search-demand', searchDemand),
  [`${bills}/_search`]: post('legacy-bill', legacyBill),
  [`${bills}/_fetchbill`]: post('legacy-bill', legacyBill),
  [`${bills}/_generate`]: post('legacy-bill', legacyBill),
  [`${bills}/_create`]: post('legacy-bill', legacyBill),
  [`${payments}/_create`]: post('create-payment', createPayment),
  [`${payments}/_validate`]: post('validate-payment', validatePayment),
  [`${payments}/_search`]: post('search-payment', searchPayments),
  '/localization/messages/v1/_search': post('localization', searchMessages),
  '/localization/messages': get('localization', searchMessages),
  '/pdf-service/v1/_create': post('pdf', createPdf),
  '/filestore/v1/files/url': get('file-url', fileUrls),
}

/** null when no service has the path. A module is one path segment, so a code with `/` cannot be one. */
export function routeOf(path: string): Route | null {
  const known = exact[path]
  if (known) return known
  const match = /^\/collection-services\/payments\/([^/]+)\/(_search|_workflow)$/.exec(path)
  if (match === null) return null
  const module = decodeSegment(match[1] ?? '')
  return match[2] === '_search'
    ? { operation: 'search-payment', method: 'POST', module, handler: searchPayments }
    : { operation: 'workflow', method: 'POST', module, handler: runWorkflow }
}

function decodeSegment(segment: string): string {
  try {
    return decodeURIComponent(segment)
  } catch {
    return segment
  }
}
