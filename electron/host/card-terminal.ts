// The card terminal that a till's settings name, with its secrets from the environment, where no address shows them. Called by start-host.
import { readFileSync } from 'node:fs'
import type { Logger } from 'pino'
import type { CardTerminal } from '#drivers/card-terminal/card-terminal.ts'
import { openCardTerminal, type CardTerminalSecrets } from '#drivers/card-terminal/open-card-terminal.ts'
import { DriverProblem } from '#drivers/problem.ts'
import type { HostOptions } from './terminal-host.ts'

type Parts = { readonly logger: Logger; readonly env: NodeJS.ProcessEnv }

/**
 * null: no terminal takes cards by itself; the slip is typed. A terminal that cannot be used must not keep the till from taking cash.
 * @throws DriverProblem for an address that is not understood
 */
export function cardTerminalFor(
  { cardTerminal }: Pick<HostOptions, 'cardTerminal'>,
  { logger, env }: Parts,
): CardTerminal | null {
  const address = cardTerminal?.trim() ?? ''
  if (address === '' || address === 'manual') return null
  try {
    const terminal = openCardTerminal(address, secretsOf(env))
    return terminal?.describe().isIntegrated === true ? terminal : null
  } catch (error) {
    if (!(error instanceof DriverProblem) || error.code === 'device_address_invalid') throw error
    logger.error({ code: error.code }, 'the card terminal cannot be used; going on without')
    return null
  }
}

function secretsOf(env: NodeJS.ProcessEnv): CardTerminalSecrets {
  const zvtPassword = env['TAHSIL_ZVT_PASSWORD']
  const pineLabsSecurityToken = env['TAHSIL_PINE_LABS_TOKEN']
  const ezetapAppKey = env['TAHSIL_EZETAP_APP_KEY']
  const caFile = env['TAHSIL_CARD_CA']
  const passphrase = env['TAHSIL_NEXO_PASSPHRASE']
  return {
    ...(zvtPassword === undefined ? {} : { zvtPassword }),
    ...(pineLabsSecurityToken === undefined ? {} : { pineLabsSecurityToken }),
    ...(ezetapAppKey === undefined ? {} : { ezetapAppKey }),
    ...(caFile === undefined ? {} : { ca: readFileSync(caFile, 'utf8') }),
    ...(passphrase === undefined
      ? {}
      : {
          nexoKey: {
            passphrase,
            keyIdentifier: env['TAHSIL_NEXO_KEY'] ?? '',
            keyVersion: Number(env['TAHSIL_NEXO_KEY_VERSION'] ?? 1),
          },
        }),
  }
}
