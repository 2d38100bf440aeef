// Goal: the program starts alone, says on one JSON line where it is, refuses to start in one sentence, and stops cleanly.
import { spawn } from 'node:child_process'
import type { ChildProcessWithoutNullStreams } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import * as z from 'zod'

const mainPath = join(import.meta.dirname, '../../../integrator-backend/sandbox/main.ts')
const readySchema = z.object({
  ready: z.literal(true),
  name: z.literal('sandbox'),
  url: z.string(),
  clientId: z.string(),
  clientSecret: z.string(),
  tenants: z.array(z.object({ code: z.string(), name: z.string() })).min(3),
  users: z.array(
    z.object({
      username: z.string(),
      password: z.string(),
      tenantId: z.string(),
      userType: z.string(),
      roles: z.array(z.string()),
    }),
  ),
  sampleConsumers: z.array(z.object({ key: z.string(), consumerCode: z.string() })),
})

let folder: string
const children: ChildProcessWithoutNullStreams[] = []
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sandbox-'))
})
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
  rmSync(folder, { recursive: true, force: true })
})

function run(args: string[]) {
  const child = spawn(process.execPath, [mainPath, ...args])
  children.push(child)
  const out = { stdout: '', stderr: '' }
  child.stdout.on('data', (chunk: Buffer) => (out.stdout += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (out.stderr += chunk.toString()))
  const ended = new Promise<number | null>((resolve) => child.on('exit', (code) => resolve(code)))
  return { child, out, ended }
}

const ready = async (program: ReturnType<typeof run>) => {
  await expect.poll(() => program.out.stdout, { timeout: 10_000 }).toContain('\n')
  return readySchema.parse(JSON.parse(program.out.stdout))
}
const json = ['--port', '0', '--consumers', '10', '--json']

test('--json prints exactly one line, the sandbox answers, SIGTERM and SIGINT end it with code 0', async () => {
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    const program = run(json)
    const { url } = await ready(program)
    const answer = await fetch(`${url}/sandbox-admin`)
    expect(answer.status).toBe(200)
    program.child.kill(signal)
    expect(await program.ended).toBe(0)
    expect(program.out.stdout.trim().split('\n')).toHaveLength(1)
    expect(program.out.stderr).toBe('')
  }
})

test('without --json it prints address, logins, samples and how to stop', async () => {
  const program = run(['--port', '0', '--consumers', '10'])
  await expect.poll(() => program.out.stdout, { timeout: 10_000 }).toContain('Ctrl-C')
  for (const word of ['http://127.0.0.1:', 'POS-DVG', 'Sandbox@123', 'PT-DVG-000001', 'sandbox-admin']) {
    expect(program.out.stdout).toContain(word)
  }
})

test('a demo goes on after a kill: the data folder holds what was answered', async () => {
  const first = run([...json, '--data', folder])
  const sample = { tenantId: 'sr.devgaon', businessService: 'PT', consumerCode: 'PT-DVG-000001' }
  const { url } = await ready(first)
  const paid = await fetch(`${url}/sandbox-admin/pay-elsewhere`, {
    method: 'POST',
    body: JSON.stringify(sample),
  })
  expect(paid.status).toBe(200)
  first.child.kill('SIGKILL')
  await first.ended
  const second = run([...json, '--data', folder])
  const again = await fetch(`${(await ready(second)).url}/sandbox-admin/payments`)
  expect(z.object({ payments: z.array(z.unknown()) }).parse(await again.json()).payments).toHaveLength(1)
})

test('a port in use is one sentence and code 2', async () => {
  const taken = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => taken.once('listening', resolve))
  const { port } = taken.address() as AddressInfo
  const program = run(['--port', String(port), '--consumers', '0'])
  expect(await program.ended).toBe(2)
  expect(program.out.stdout).toBe('')
  expect(program.out.stderr).toBe(
    `Cannot start: port ${port} of 127.0.0.1 is already in use; choose another with --port.\n`,
  )
  taken.close()
})

test('an unusable data folder is one sentence and code 2', async () => {
  const file = join(folder, 'file')
  writeFileSync(file, '')
  const program = run([...json, '--data', join(file, 'inside')])
  expect(await program.ended).toBe(2)
  expect(program.out.stderr).toMatch(/^The data folder .* cannot be written: .*\n$/)
})

test('two sandboxes do not share a data folder', async () => {
  const first = run([...json, '--data', folder])
  await ready(first)
  const second = run([...json, '--data', folder])
  expect(await second.ended).toBe(2)
  expect(second.out.stderr).toMatch(/in use by another sandbox/)
})

test.each([
  [['--port', 'eighty'], /--port must be a whole number/],
  [['--time-zone', 'Mars/Base'], /not a time zone/],
  [['--nonsense'], /Usage:/],
])('%j is refused with code 2', async (args, text) => {
  const program = run(args)
  expect(await program.ended).toBe(2)
  expect(program.out.stderr).toMatch(text)
})
