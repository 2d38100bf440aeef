// Goal: the udev rules that come with the terminal allow every device the drivers know, and the messages name that very file.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { hex4 } from '#drivers/discover/found-device.ts'
import { vendorIdsOf } from '#drivers/discover/known-devices.ts'
import { UDEV_RULES_FILE } from '#drivers/transport/link-problem.ts'

const root = join(import.meta.dirname, '../../..')
const path = `electron/desktop/resources/${UDEV_RULES_FILE}`
const rules = readFileSync(join(root, path), 'utf8')

test.each(['scanner', 'card reader'] as const)('every known maker of a %s may be opened as HID', (kind) => {
  for (const vendorId of vendorIdsOf(kind)) {
    expect(rules).toContain(`SUBSYSTEM=="hidraw", ATTRS{idVendor}=="${hex4(vendorId)}", MODE="0660"`)
  }
})

test('every rule gives access to a group and to the seat, and comes before the seat is set up', () => {
  const granting = rules.split('\n').filter((line) => line.includes('MODE='))
  expect(granting.length).toBeGreaterThan(5)
  for (const line of granting) expect(line).toMatch(/MODE="0660", GROUP="(lp|dialout)", TAG\+="uaccess"$/)
  expect(Number.parseInt(UDEV_RULES_FILE, 10)).toBeLessThan(73)
})

test('the packages carry the file', () => {
  expect(existsSync(join(root, path))).toBe(true)
  const config = readFileSync(join(root, 'electron-builder.yml'), 'utf8')
  expect(config).toContain(`- ${path}=/usr/lib/udev/rules.d/${UDEV_RULES_FILE}`)
  expect(config).toContain(`from: ${path}`)
})
