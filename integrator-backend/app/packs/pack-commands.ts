// The commands put-route and prepare-pack: an office names its routes and asks for a pack. Part of commands.ts; they work on the
// database of a running integrator, which does the reading.
import { readFileSync } from 'node:fs'
import type { Pool } from 'pg'
import { tenantIdSchema } from '#contract/bill.ts'
import { StartupError } from '#app/startup-error.ts'
import { askForPack } from './pack-worker.ts'
import { readRouteFile } from './route-file.ts'
import { putRoute } from './routes.ts'

type Values = Record<string, string | undefined>

export const packCommands = {
  'put-route': {
    usage: '--route ward-4 --file CONNECTIONS.csv [--name "Ward 4"]',
    options: ['route', 'file', 'name'],
    run: async (values: Values, { pool }: { pool: Pool }): Promise<string> => {
      const { route, file } = values
      if (!route || !file) throw new StartupError('put-route needs --route and --file.')
      const consumers = readRouteFile(textOf(file))
      const tenantId = tenantOf(values)
      await putRoute(pool, { tenantId, routeId: route, name: values['name'] ?? route }, consumers)
      await askForPack(pool, tenantId, route)
      return `Route ${route} has ${consumers.length} connections. Its bill pack is being prepared.`
    },
  },
  'prepare-pack': {
    usage: '--route ward-4',
    options: ['route'],
    run: async (values: Values, { pool }: { pool: Pool }): Promise<string> => {
      const { route } = values
      if (!route) throw new StartupError('prepare-pack needs --route.')
      const isAsked = await askForPack(pool, tenantOf(values), route)
      if (!isAsked) throw new StartupError(`There is no route ${route}.`)
      return `The bill pack of ${route} is being prepared by the running integrator.`
    },
  },
}

function tenantOf(values: Values): string {
  const tenant = tenantIdSchema.safeParse(values['tenant'] ?? process.env['DIGIT_TENANT'])
  if (!tenant.success) throw new StartupError('Name the municipality with --tenant or DIGIT_TENANT.')
  return tenant.data
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    throw new StartupError('The file of --file cannot be read.')
  }
}
