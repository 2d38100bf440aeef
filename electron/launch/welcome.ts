// What a newcomer needs when everything runs: where the till is, who signs in, which bills can be paid. Called by start.ts.
import { join } from 'node:path'
import { DEMO_PIN, demoOperators } from '#app/people/seed-demo.ts'
import type { DataFolder } from './data-folder.ts'
import { DEMO_TENANT, type IntegratorReady, type SandboxReady } from './programs.ts'
import type { Ready } from './program.ts'

/** Bills that show three different things, in this order. */
const SAMPLE_KEYS = ['plain-due', 'part-paid', 'one-payer-water'] as const

export type Running = {
  readonly folder: DataFolder
  readonly movedTo: string | null
  readonly sandbox: SandboxReady
  readonly integrator: IntegratorReady
  readonly terminal: Ready
  readonly processIds: Readonly<Record<string, number>>
}

export type SampleBill = {
  readonly consumerCode: string
  readonly businessService: string
  readonly note: string
}

export function sampleBills({ sampleConsumers }: SandboxReady): SampleBill[] {
  const here = sampleConsumers.filter((each) => each.tenantId === DEMO_TENANT)
  const wanted = SAMPLE_KEYS.flatMap((key) => here.filter((each) => each.key === key))
  return wanted.map(({ consumerCode, businessService, note }) => ({ consumerCode, businessService, note }))
}

export function welcome(running: Running): string {
  const { folder, integrator, sandbox, movedTo } = running
  return [
    '',
    ...(movedTo === null ? [] : [`The old data was moved to ${movedTo}`, '']),
    'Tahsil is running.',
    ...wordsOfWindow(running.terminal),
    '',
    'Sign in with a code and the PIN of the demonstration:',
    ...demoOperators.map(({ code, name, role }) => `  ${code}   PIN ${DEMO_PIN}   ${name}, ${role}`),
    'Bills to try:',
    ...sampleBills(sandbox).map(
      ({ consumerCode, businessService, note }) =>
        `  ${consumerCode.padEnd(24)} ${businessService.padEnd(4)} ${note}`,
    ),
    '',
    `Records and logs:   ${folder.path}`,
    `Printed slips:      ${join(folder.path, 'slips')} (when no printer was named)`,
    `API of integrator:  ${integrator.docs}`,
    `Sandbox of DIGIT:   ${sandbox.url}/sandbox-admin`,
    '',
    `${isDesktop(running.terminal) ? '' : 'Press Enter for a new link to the till. '}Ctrl-C stops; starting again goes on with the same data.`,
    '',
  ].join('\n')
}

/** The lines that say where the till's window is. */
export function wordsOfWindow(terminal: Ready): string[] {
  const url = terminal['customerUrl']
  const link = typeof url === 'string' ? [`  ${url}`] : []
  const customer =
    link.length === 0 ? [] : ['The customer display, for a screen that the payer sees:', ...link]
  if (terminal['shell'] === 'desktop') return ['The till’s window is open.']
  if (terminal['window'] === 'opened') return ['The till’s window is open.', ...customer]
  const reason = typeof terminal['reason'] === 'string' ? [terminal['reason']] : []
  return [
    ...reason,
    'Open this link in a browser on this machine; it works once, within two minutes:',
    `  ${String(terminal['launchUrl'])}`,
    ...customer,
  ]
}

function isDesktop(terminal: Ready): boolean {
  return terminal['shell'] === 'desktop'
}

/** The one line of `--json`. */
export function readyLine({ folder, sandbox, integrator, terminal, movedTo, processIds }: Running): string {
  const { ready: _ready, name: _name, ...till } = terminal
  return JSON.stringify({
    ready: true,
    name: 'tahsil',
    terminal: till,
    integrator: { url: integrator.url, docs: integrator.docs },
    sandbox: { url: sandbox.url },
    dataDir: folder.path,
    movedTo,
    processIds,
    operators: demoOperators.map(({ code, role }) => ({ code, role, pin: DEMO_PIN })),
    bills: sampleBills(sandbox),
  })
}
