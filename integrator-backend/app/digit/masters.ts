// Master data of a municipality from DIGIT: services with their rules, tax heads, tenants, printable names.
// Kept for a while, kept on disk for days without DIGIT, asked for by one caller at a time. Called by the API and jobs.
import * as z from 'zod'
import { serviceSchema, tenantSchema } from '#contract/bill.ts'
import type { Service, Tenant } from '#contract/bill.ts'
import { rulesOfService } from '#collection/collection-rules.ts'
import type { DigitOutcome } from '#collection/digit-outcome.ts'
import { LOCALIZATION_PATH, localizationAnswerSchema } from '#digit-wire/documents.ts'
import {
  businessServiceSchema,
  MDMS_SEARCH_PATH,
  mdmsAnswerSchema,
  taxHeadSchema,
  tenantSchema as digitTenantSchema,
} from '#digit-wire/mdms.ts'
import type { DigitClient } from './digit-client.ts'

export const mastersSchema = z.object({
  tenants: z.array(tenantSchema),
  services: z.array(serviceSchema),
})
export type DigitMasters = z.infer<typeof mastersSchema>

export type MastersSource = {
  get: (tenantId: string) => Promise<DigitOutcome<DigitMasters>>
  /** Forgets what is kept in memory: the next call asks DIGIT. */
  refresh: () => void
}

export type MastersOptions = {
  client: DigitClient
  ttlMs: number
  keep: {
    read: (tenantId: string) => Promise<unknown>
    write: (tenantId: string, masters: DigitMasters) => Promise<void>
  }
  nowMs?: () => number
}

/** Localization is limited to 10 calls a minute for the whole origin, so names are asked for rarely (quirk §8.3). */
const labelsTtlMs = 12 * 3_600_000
const labelsRetryMs = 15 * 60_000
const servicesMax = 500
/** After a failure the kept copy serves this long before DIGIT is asked again. */
const staleMs = 15_000

export function createMasters(options: MastersOptions): MastersSource {
  const nowMs = options.nowMs ?? Date.now
  const held = new Map<string, { masters: DigitMasters; untilMs: number }>()
  const pending = new Map<string, Promise<DigitOutcome<DigitMasters>>>()
  const labels = createLabels(options.client, nowMs)

  const load = async (tenantId: string): Promise<DigitOutcome<DigitMasters>> => {
    const fetched = await fetchMasters(options.client, tenantId, labels)
    if (fetched.kind === 'ok') {
      held.set(tenantId, { masters: fetched.value, untilMs: nowMs() + options.ttlMs })
      await options.keep.write(tenantId, fetched.value)
      return fetched
    }
    const kept =
      held.get(tenantId)?.masters ?? mastersSchema.safeParse(await options.keep.read(tenantId)).data
    if (kept === undefined) return fetched
    held.set(tenantId, { masters: kept, untilMs: nowMs() + staleMs })
    return { kind: 'ok', value: kept }
  }

  return {
    get: async (tenantId) => {
      const known = held.get(tenantId)
      if (known !== undefined && known.untilMs > nowMs()) return { kind: 'ok', value: known.masters }
      const running = pending.get(tenantId) ?? load(tenantId).finally(() => pending.delete(tenantId))
      pending.set(tenantId, running)
      return await running
    },
    refresh: () => {
      for (const entry of held.values()) entry.untilMs = 0
    },
  }
}

type Labels = (stateTenant: string) => Promise<ReadonlyMap<string, string>>

async function fetchMasters(
  client: DigitClient,
  tenantId: string,
  labelsOf: Labels,
): Promise<DigitOutcome<DigitMasters>> {
  const answer = await client.call({
    path: MDMS_SEARCH_PATH,
    body: {
      MdmsCriteria: {
        tenantId,
        moduleDetails: [
          {
            moduleName: 'BillingService',
            masterDetails: [{ name: 'BusinessService' }, { name: 'TaxHeadMaster' }],
          },
          { moduleName: 'tenant', masterDetails: [{ name: 'tenants' }] },
        ],
      },
    },
    answer: mdmsAnswerSchema,
  })
  if (answer.kind !== 'ok') return answer
  const { MdmsRes } = answer.value
  const services = rows(MdmsRes['BillingService']?.['BusinessService'], businessServiceSchema)
  if (services.length === 0) return { kind: 'bad-answer', why: 'no business services' }
  const heads = rows(MdmsRes['BillingService']?.['TaxHeadMaster'], taxHeadSchema)
  const tenants = rows(MdmsRes['tenant']?.['tenants'], digitTenantSchema)
  const labels = await labelsOf(tenantId.split('.')[0] ?? tenantId)
  const read = mastersSchema.safeParse({
    tenants: tenants.map(tenantOf),
    services: services.slice(0, servicesMax).map((service) => ({
      code: service.code,
      name: (labels.get(labelKeyOf(service.code)) ?? service.businessService ?? service.code).slice(0, 256),
      rules: rulesOfService(service),
      taxHeadNames: Object.fromEntries(
        heads
          .filter((head) => head.service === service.code)
          .map((head) => [head.code, (labels.get(head.code) ?? head.name ?? head.code).slice(0, 256)]),
      ),
    })),
  })
  if (!read.success) return { kind: 'bad-answer', why: 'masters that cannot be read' }
  return { kind: 'ok', value: read.data }
}

/** One odd row never hides the others. */
function rows<Schema extends z.ZodType>(
  list: readonly unknown[] | undefined,
  schema: Schema,
): z.infer<Schema>[] {
  return (list ?? []).flatMap((row) => {
    const parsed = schema.safeParse(row)
    return parsed.success ? [parsed.data] : []
  })
}

function tenantOf(tenant: z.infer<typeof digitTenantSchema>): Tenant {
  return {
    id: tenant.code,
    name: tenant.name.slice(0, 256),
    cityCode: (tenant.city?.code ?? tenant.code).slice(0, 64),
    contactNumber: tenant.contactNumber?.slice(0, 64) ?? null,
    isState: !tenant.code.includes('.'),
  }
}

/** The UIs write everything but letters and digits as `_`. */
function labelKeyOf(serviceCode: string): string {
  return `BILLINGSERVICE_BUSINESSSERVICE_${serviceCode.toUpperCase().replaceAll(/[^A-Z0-9]+/g, '_')}`
}

/** Names are a nicety: without localization MDMS names are used. */
function createLabels(client: DigitClient, nowMs: () => number): Labels {
  const held = new Map<string, { labels: ReadonlyMap<string, string>; untilMs: number }>()
  return async (stateTenant) => {
    const known = held.get(stateTenant)
    if (known !== undefined && known.untilMs > nowMs()) return known.labels
    const labels = new Map<string, string>()
    let isWhole = true
    for (const module of ['rainmaker-uc', 'rainmaker-common']) {
      const answer = await client.call({
        path: LOCALIZATION_PATH,
        query: { tenantId: stateTenant, locale: 'en_IN', module },
        answer: localizationAnswerSchema,
      })
      isWhole &&= answer.kind === 'ok'
      for (const { code, message } of answer.kind === 'ok' ? answer.value.messages : [])
        labels.set(code, message)
    }
    const kept = isWhole ? labels : new Map([...(known?.labels ?? []), ...labels])
    held.set(stateTenant, { labels: kept, untilMs: nowMs() + (isWhole ? labelsTtlMs : labelsRetryMs) })
    return kept
  }
}

export function serviceOf(masters: DigitMasters, code: string): Service | null {
  return masters.services.find((service) => service.code === code) ?? null
}
