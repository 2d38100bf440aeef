// What `node electron/browser/main.ts` takes on its command line. Called by main.ts.
import { homedir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import {
  readShellSettings,
  SETTING_ARGUMENTS,
  SETTINGS_USAGE,
  SettingsError,
  type ShellSettings,
} from '#host/shell-settings.ts'

export const DEFAULT_PORT = 7070

export const USAGE = `Usage: node electron/browser/main.ts --integrator URL [options]
${SETTINGS_USAGE}
  --port N           port on 127.0.0.1, ${DEFAULT_PORT} when not given, 0 for any free one
  --no-open          open no window, print the address
  --json             one JSON line when ready`

export type BrowserShellArguments = {
  readonly settings: ShellSettings
  readonly port: number
  readonly isOpening: boolean
  readonly isJson: boolean
}

/** Throws SettingsError. null: help was asked for. */
export function readArguments(
  words: readonly string[],
  env: NodeJS.ProcessEnv,
): BrowserShellArguments | null {
  const values = parse(words)
  if (values.help === true) return null
  return {
    settings: readShellSettings({ values, env, defaultDataDir: join(homedir(), '.tahsil') }),
    port: readPort(values.port),
    isOpening: values['no-open'] !== true,
    isJson: values.json === true,
  }
}

function parse(words: readonly string[]) {
  try {
    return parseArgs({
      args: [...words],
      options: {
        ...SETTING_ARGUMENTS,
        port: { type: 'string' },
        'no-open': { type: 'boolean' },
        json: { type: 'boolean' },
        help: { type: 'boolean' },
      },
    }).values
  } catch (error) {
    throw new SettingsError(`${(error as Error).message}\n${USAGE}`, { cause: error })
  }
}

/** Throws SettingsError. */
export function readPort(text: string | undefined): number {
  const port = Number(text ?? DEFAULT_PORT)
  if (/^\d{1,5}$/.test(text ?? '0') && port <= 65_535) return port
  throw new SettingsError(`--port must be a whole number from 0 to 65535, not ${text}.`)
}
