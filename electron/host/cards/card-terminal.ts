// Secrets of the card terminal, from the environment, where no address shows them. Called by devices/open-device.ts.
import { X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { CardTerminalSecrets } from '#drivers/card-terminal/open-card-terminal.ts'
import { DriverProblem } from '#drivers/problem.ts'

/** @throws DriverProblem `card_terminal_not_set_up` for a CA or a key that cannot be used: the till goes on without the terminal */
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
    ...(caFile === undefined ? {} : { ca: caIn(caFile) }),
    ...(passphrase === undefined
      ? {}
      : {
          nexoKey: {
            passphrase,
            keyIdentifier: env['TAHSIL_NEXO_KEY'] ?? '',
            keyVersion: keyVersionOf(env['TAHSIL_NEXO_KEY_VERSION'] ?? '1'),
          },
        }),
  }
}

/** Looked at here: a handshake that fails on it later could not be told from one that charged a card. */
function caIn(path: string): string {
  try {
    const pem = readFileSync(path, 'utf8')
    void new X509Certificate(pem)
    return pem
  } catch (cause) {
    const words =
      'The file of TAHSIL_CARD_CA holds no certificate in PEM, or cannot be read. Correct it, then start the till again.'
    throw new DriverProblem('card_terminal_not_set_up', words, { cause })
  }
}

function keyVersionOf(text: string): number {
  if (/^\d{1,6}$/.test(text)) return Number(text)
  const words = 'TAHSIL_NEXO_KEY_VERSION is a whole number. Correct it, then start the till again.'
  throw new DriverProblem('card_terminal_not_set_up', words)
}
