// Counts and times every call by the operation of the contract it was for, so that no address with an id becomes a label.
// Called by start-integrator before the server listens.
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { api } from '#contract/api.ts'
import type { Metrics } from './metrics.ts'

type Route = { name: string; method: string; pattern: RegExp }

const otherPaths = new Set(['/healthz', '/readyz', '/metrics', '/version', '/openapi.json', '/docs', '/'])

export function watchHttp(server: FastifyInstance, metrics: Metrics): void {
  const routes = routesOf(api, '')
  server.addHook('onResponse', async (request, reply) => {
    const operation = operationOf(routes, request)
    metrics.requests.inc({ operation, status: reply.statusCode })
    metrics.requestSeconds.observe({ operation }, reply.elapsedTime / 1000)
    const count = recordsIn(request.body)
    if (count > 0) metrics.batchRecords.observe({ operation }, count)
  })
}

/** `bills.search` for a call of the contract, the path for what operators ask, `unknown` for anything else. */
function operationOf(routes: readonly Route[], { method, url }: FastifyRequest): string {
  const [path = ''] = url.split('?')
  if (otherPaths.has(path)) return path
  return routes.find((route) => route.method === method && route.pattern.test(path))?.name ?? 'unknown'
}

/** The contract is a tree of procedures; each carries its route. */
function routesOf(node: object, name: string): Route[] {
  if ('~orpc' in node) {
    const { route } = node['~orpc'] as { route: { method?: string; path?: string } }
    const path = (route.path ?? '').replaceAll(/\{[^}]+\}/g, '[^/]+')
    return [{ name, method: route.method ?? 'POST', pattern: new RegExp(`^${path}$`) }]
  }
  return Object.entries(node).flatMap(([key, value]: [string, unknown]) =>
    typeof value === 'object' && value !== null ? routesOf(value, name === '' ? key : `${name}.${key}`) : [],
  )
}

function recordsIn(body: unknown): number {
  if (typeof body !== 'object' || body === null) return 0
  const list = 'records' in body ? body.records : 'payments' in body ? body.payments : null
  return Array.isArray(list) ? list.length : 0
}
