// Goal: the Debian package refuses to be removed or replaced while a till on the machine holds money that was not sent, and lets
// everything else through. dpkg runs exactly this script; dpkg itself is not run here.
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { UNSENT_FILE, unsentMarker } from '#host/rescue/unsent-marker.ts'

const script = join(import.meta.dirname, '../../../electron/desktop/resources/refuse-unsent.sh')
let home: string
let till: string

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'tahsil-home-'))
  till = join(home, 'anil', '.config', 'Tahsil', 'till')
  mkdirSync(till, { recursive: true })
})
afterEach(() => rmSync(home, { recursive: true, force: true }))

const run = () => spawnSync('sh', [script], { env: { ...process.env, TAHSIL_HOMES: home }, encoding: 'utf8' })

test('nothing unsent: it goes through', () => {
  expect(run()).toMatchObject({ status: 0, stderr: '' })
})

test('unsent money: it stops and says where and what to do, until the money is handed over', () => {
  const marker = unsentMarker(till)
  marker.show(true)
  const refused = run()
  expect(refused.status).toBe(1)
  expect(refused.stderr).toContain(join(till, UNSENT_FILE))
  expect(refused.stderr).toContain('rescue')
  marker.show(false)
  expect(run().status).toBe(0)
})

test('a marker of an earlier life of the program is found again', () => {
  unsentMarker(till).show(true)
  const later = unsentMarker(till)
  later.show(false)
  expect(run().status).toBe(0)
})
