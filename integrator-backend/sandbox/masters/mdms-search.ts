// `POST /egov-mdms-service/v1/_search`: masters by module, with the simple JSONPath filters clients really send.
// A missing module or master is an absent key, still 200; an unknown city is 400.
import { mdmsCriteriaSchema } from '#digit-wire/mdms.ts'
import { digitError, javaException } from '#sandbox/wire/digit-error.ts'
import type { Answer, Call } from '#sandbox/sandbox-context.ts'
import { businessServices, taxHeads } from './business-services.ts'
import { tenantOf, tenants } from './tenants.ts'

const masters: Record<string, Record<string, readonly unknown[]>> = {
  BillingService: {
    BusinessService: businessServices,
    TaxHeadMaster: taxHeads,
  },
  tenant: { tenants },
  'common-masters': {
    uiCommonPay: [
      { code: 'DEFAULT', headerBandLabel: 'PAYMENT_COMMON_HEADER', receiptKey: 'consolidatedreceipt' },
      { code: 'PT', headerBandLabel: 'PAYMENT_COMMON_HEADER', receiptKey: 'property-receipt' },
      { code: 'TL', headerBandLabel: 'PAYMENT_COMMON_HEADER', receiptKey: 'tl-receipt' },
      { code: 'MISC.HALL_RENT', headerBandLabel: 'PAYMENT_COMMON_HEADER', receiptKey: 'misc-receipt' },
    ],
  },
}

export function searchMdms(call: Call): Answer {
  const parsed = mdmsCriteriaSchema.safeParse(call.body['MdmsCriteria'])
  if (!parsed.success) throw digitError('NotNull.mdmsCriteriaReq.mdmsCriteria', 'may not be null')
  const { tenantId, moduleDetails } = parsed.data
  if (tenantOf(tenantId) === undefined) {
    throw digitError('Invalid_tenantId.MdmsCriteria.tenantId', `Invalid Tenant Id ${tenantId}`)
  }
  const found: Record<string, Record<string, unknown[]>> = {}
  for (const { moduleName, masterDetails } of moduleDetails) {
    const module = Object.hasOwn(masters, moduleName) ? masters[moduleName] : undefined
    if (module === undefined) continue
    for (const { name, filter } of masterDetails) {
      const rows = Object.hasOwn(module, name) ? module[name] : undefined
      if (rows === undefined) continue
      found[moduleName] = { ...found[moduleName], [name]: filter ? applyFilter(rows, filter) : [...rows] }
    }
  }
  return { status: 200, body: { ResponseInfo: null, MdmsRes: found } }
}

const filterMax = 500
const literal = String.raw`'[^']*'|"[^"]*"|true|false|null|-?\d+(?:\.\d+)?`

/** `[?(@.a=='x' && @.b.c!=true)]`, `[?(@.a in ['x','y'])]`, optionally followed by `.field`. */
function applyFilter(rows: readonly unknown[], filter: string): unknown[] {
  const outer = /^\$?\.?\*?\[\?\s*\((.+)\)\s*\](?:\.([A-Za-z_.]+))?$/s.exec(filter.trim())
  if (outer === null || filter.length > filterMax) throw javaException('InvalidPathException', filter)
  const tests = (outer[1] ?? '').split('&&').map((text) => testOf(text.trim(), filter))
  const kept = rows.filter((row) => tests.every((test) => test(row)))
  const projection = outer[2]
  return projection === undefined ? kept : kept.map((row) => valueAt(row, projection))
}

function testOf(text: string, filter: string): (row: unknown) => boolean {
  const comparison = new RegExp(String.raw`^@\.([\w.-]+)\s*(==|!=)\s*(${literal})$`).exec(text)
  if (comparison) {
    const [, path = '', operator, right = ''] = comparison
    return (row) => (valueAt(row, path) === literalOf(right)) === (operator === '==')
  }
  const membership = /^@\.([\w.-]+)\s+in\s+\[(.*)\]$/s.exec(text)
  if (membership) {
    const [, path = '', list = ''] = membership
    const values = (list.match(new RegExp(literal, 'g')) ?? []).map(literalOf)
    return (row) => values.includes(valueAt(row, path))
  }
  const presence = /^@\.([\w.-]+)$/.exec(text)
  if (presence) return (row) => valueAt(row, presence[1] ?? '') !== undefined
  throw javaException('InvalidPathException', filter)
}

function literalOf(text: string): unknown {
  if (text.startsWith("'") || text.startsWith('"')) return text.slice(1, -1)
  return JSON.parse(text) as unknown
}

function valueAt(row: unknown, path: string): unknown {
  let value = row
  for (const key of path.split('.')) {
    if (typeof value !== 'object' || value === null) return undefined
    value = (value as Record<string, unknown>)[key]
  }
  return value
}
