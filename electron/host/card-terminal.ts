// Secrets of the card terminal, from the environment, where no address shows them. Called by devices/open-device.ts.
import { readFileSync } from 'node:fs'
import type { CardTerminalSecrets } from '#drivers/card-terminal/open-card-terminal.ts'

export function cardSecretsOf(env: NodeJS.ProcessEnv): CardTerminalSecrets {
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
