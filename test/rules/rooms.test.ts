// Goal: no forbidden arrow between rooms passes the lint, in whatever form it is written, and no allowed one is reported.
// Every pair of rooms and every package of the table becomes a made-up file; oxlint runs once over all of them.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Line, makeHouse } from '#test/rules/house-lint.ts'
import { bannedGlobals, type Room, rooms, toolFiles } from '#test/rules/rooms.mjs'

/** Every way of naming a module. `at` makes names unique within one file. */
const importForms = (name: string, at: number): string[] => [
  `import { a${at} } from '${name}'`,
  `import b${at} from '${name}'`,
  `import * as c${at} from '${name}'`,
  `import '${name}'`,
  `import type { D${at} } from '${name}'`,
  `import { type E${at} } from '${name}'`,
  `import type * as F${at} from '${name}'`,
  `export { g${at} } from '${name}'`,
  `export type { H${at} } from '${name}'`,
  `export * from '${name}'`,
  `export * as i${at} from '${name}'`,
  `export type * from '${name}'`,
  `export const j${at} = import('${name}')`,
  `export const k${at} = import(\`${name}\`)`,
  `export type L${at} = import('${name}').L`,
  `export type M${at} = typeof import('${name}')`,
  `import n${at} = require('${name}')`,
  `export const o${at} = require('${name}')`,
  `export const p${at} = require.resolve('${name}')`,
  `export const q${at} = module.require('${name}')`,
  `export const r${at} = import.meta.resolve('${name}')`,
]

const own: Line = { text: 'export const own = 1' }

const linesFor = (name: string, isAllowed: boolean): Line[] => [
  own,
  ...importForms(name, 1).map((text): Line => (isAllowed ? { text } : { text, rule: 'arrows' })),
]

/** Packages by the table's own words: a whole name, a scope, or Node. Written apart from the rule it checks. */
const isPackageAllowed = (room: Room, name: string): boolean => {
  const [first = '', second = ''] = name.split('/')
  const bare = first.startsWith('@') ? `${first}/${second}` : first
  const family = name.startsWith('node:') ? 'node:' : `${first}/*`
  if (name.includes('://')) return false
  return room.name === 'test' || room.packages.includes(bare) || room.packages.includes(family)
}

const packageNames = [
  ...new Set([
    ...rooms.flatMap((room) =>
      room.packages.map((name) => name.replace(/^node:$/, 'node:fs').replace(/\*$/, 'sample')),
    ),
    'node:child_process',
    'fs',
    'electron/main',
    'react-dom/client',
    '@orpc/server/message-port',
    'zod/v4',
    'left-pad',
    'tahsil',
    'https://example.org/code.js',
  ]),
].filter((name) => name !== 'sample')

const house = makeHouse()
afterAll(() => house.remove())

const roomFiles = new Map<string, string[]>()
const packageFiles = new Map<string, string[]>()
const pathFiles = new Map<string, string>()

for (const room of rooms) {
  roomFiles.set(
    room.name,
    rooms.map((other) => {
      const isAllowed = other.name === room.name || room.mayImport.includes(other.name)
      return house.add(
        `${room.folder}/to-${other.name}.ts`,
        linesFor(`#${other.name}/some-file.ts`, isAllowed),
      )
    }),
  )
  packageFiles.set(
    room.name,
    packageNames.map((name) => {
      const lines = linesFor(name, isPackageAllowed(room, name))
      return house.add(`${room.folder}/package-${name.replaceAll(/\W+/g, '-')}.ts`, lines)
    }),
  )
  pathFiles.set(room.name, house.add(`${room.folder}/sub/paths.ts`, pathLines(room)))
}

/** Inside a room imports go down or across by a relative name, never up; and nothing slips out by a path. */
function pathLines(room: Room): Line[] {
  const climbing = ['../near.ts', './../near.ts', '..', './x/../../near.ts', `#${room.name}/sub/../near.ts`]
  const lines: Line[] = [own]
  climbing.forEach((name, at) => {
    lines.push(...importForms(name, at).map((text): Line => ({ text, rule: 'arrows' })))
  })
  lines.push(...importForms('./below/near.ts', 90).map((text): Line => ({ text })))
  lines.push(
    { text: `export const s1 = new URL('../near.ts', import.meta.url)`, rule: 'arrows' },
    { text: `export const s2 = new URL('./near.ts', import.meta.url)` },
    { text: `export const s3 = new URL('../picture.png', import.meta.url)` },
    { text: `import s4 from '/etc/near.ts'`, rule: 'arrows' },
    { text: `import s5 from 'file:///near.ts'`, rule: 'arrows' },
    { text: `import s6 from '#nowhere/near.ts'`, rule: 'arrows' },
    { text: `import s7 from '#near.ts'`, rule: 'arrows' },
    {
      text: `export const s8 = (name: string) => import(name)`,
      ...(room.name === 'test' ? {} : { rule: 'arrows' }),
    },
  )
  return lines
}

const pureLines: Line[] = [
  ...bannedGlobals.map((name): Line => ({ text: `export const use_${name} = [${name}]`, rule: 'pure' })),
  { text: 'export const a1 = Date.now()', rule: 'pure' },
  { text: 'export const a2 = new Date(0)', rule: 'pure' },
  { text: 'export const a3 = Math.random()', rule: 'pure' },
  { text: `export const a4 = Math['random']()`, rule: 'pure' },
  { text: 'export const { random } = Math', rule: 'pure' },
  { text: 'export const a5 = Math', rule: 'pure' },
  { text: 'export const a6 = (name: "floor") => Math[name](1)', rule: 'pure' },
  { text: 'export const a7 = (at: Date) => at', rule: 'pure' },
  { text: 'export const b1 = Math.floor(1.5)' },
  { text: 'export const b2 = (performance: { now: () => number }) => performance.now()' },
  { text: 'export const b3 = (ports: { Date: number; crypto: string }) => ports.Date + ports.crypto' },
  { text: `export const b4 = { Date: 1, process: 'Date' }` },
]
const pureFiles = rooms.map((room) => {
  const lines = room.isPure ? pureLines : pureLines.map(({ text }) => ({ text }))
  return { room, path: house.add(`${room.folder}/globals.ts`, lines) }
})

const zodFile = house.add('integrator-backend/contract/zod-forms.ts', [
  { text: `import * as z from 'zod'` },
  { text: `import type { ZodType } from 'zod'` },
  { text: `import { type ZodError } from 'zod'` },
  { text: `import { z as y } from 'zod'`, rule: 'zod-namespace' },
  { text: `import { type ZodObject, object } from 'zod'`, rule: 'zod-namespace' },
  { text: `import x from 'zod'`, rule: 'zod-namespace' },
])

const pressLines = (rule?: string): Line[] =>
  [
    'export const A = () => <button onPressStart={go} />',
    'export const B = () => <button onPointerDown={go} />',
    'export const C = () => <button onPointerDownCapture={go} />',
    'export const D = () => <button {...{ onPressStart: go }} />',
  ].map((text) => (rule === undefined ? { text } : { text, rule }))
const pressFile = house.add('renderer/press.tsx', [
  ...pressLines('no-press-start'),
  { text: 'export const E = () => <button onPress={go} onClick={go} />' },
])
const pressElsewhereFile = house.add('test/unit/press.tsx', pressLines())

const defaultFiles = [
  house.add('electron/core/default-value.ts', [{ text: 'export default 1', rule: 'no-default-export' }]),
  house.add('electron/core/default-function.ts', [
    { text: 'export default function a() {}', rule: 'no-default-export' },
  ]),
  house.add('electron/core/default-name.ts', [
    { text: 'const a = 1' },
    { text: 'export { a as default, a }', rule: 'no-default-export' },
  ]),
  house.add('electron/core/default-from.ts', [
    own,
    { text: `export { default } from './a.ts'`, rule: 'no-default-export' },
  ]),
]
const toolPaths = toolFiles.map((path) => house.add(path, [{ text: 'export default 1' }]))

const openFile = house.add('electron/desktop/open.ts', [
  { text: `import { shell } from 'electron'` },
  { text: `shell.openExternal('https://example.org')`, rule: 'no-open-external' },
  { text: `export const open = shell['openExternal']`, rule: 'no-open-external' },
  { text: `export const { openExternal } = shell`, rule: 'no-open-external' },
  { text: `shell.beep()` },
])

const barrelFiles = [
  house.add('electron/core/barrel-all.ts', [{ text: `export * from './a.ts'`, rule: 'no-barrel' }]),
  house.add('electron/core/barrel-named.ts', [{ text: `export { a } from './a.ts'`, rule: 'no-barrel' }]),
  house.add('electron/core/barrel-type.ts', [{ text: `export type { A } from './a.ts'`, rule: 'no-barrel' }]),
  house.add('electron/core/barrel-hand-over.ts', [
    { text: `import { a } from './a.ts'`, rule: 'no-barrel' },
    { text: 'export { a }' },
  ]),
  house.add('electron/core/not-a-barrel.ts', [{ text: `export { a } from './a.ts'` }, own]),
  house.add('electron/core/entry.ts', [{ text: `import './a.ts'` }]),
]

const strayFiles = ['stray.ts', 'electron/stray.ts', 'tools/stray.mjs'].map((path) =>
  house.add(path, [{ ...own, rule: 'arrows' }]),
)

beforeAll(() => house.lint(), 60_000)

/** With a rule given, only its findings count: `import z from 'zod'` breaks two rules at once. */
const expectExactly = (path: string, rule = '') => {
  const seen = house.found(path).filter((finding) => finding.startsWith(rule))
  expect({ path, reported: seen }).toEqual({ path, reported: house.wanted(path) })
}

describe('the table of rooms', () => {
  test('every arrow goes to a known room on a strictly lower level, so rooms form no cycle', () => {
    for (const room of rooms) {
      for (const name of room.mayImport) {
        const other = rooms.find((candidate) => candidate.name === name)
        expect(other, `${room.name} → ${name}: no such room`).toBeDefined()
        expect(other!.level, `${room.name} → ${name} must go down`).toBeLessThan(room.level)
      }
    }
  })

  test('names and folders are unique and no room stands inside another', () => {
    expect(new Set(rooms.map((room) => room.name)).size).toBe(rooms.length)
    for (const room of rooms) {
      expect(rooms.filter((other) => `${other.folder}/`.startsWith(`${room.folder}/`))).toEqual([room])
    }
  })

  test('what the architecture promises by name holds', () => {
    const namesWith = (name: string) =>
      rooms.filter((room) => isPackageAllowed(room, name)).map((room) => room.name)
    expect(namesWith('electron')).toEqual(['desktop', 'test'])
    expect(namesWith('better-sqlite3')).toEqual(['store', 'test'])
    expect(rooms.filter((room) => room.packages.length === 0).map((room) => room.name)).toEqual([
      'core',
      'collection',
    ])
    expect(rooms.filter((room) => room.isPure).map((room) => room.name)).toEqual([
      'contract',
      'core',
      'collection',
    ])
    expect(rooms.filter((room) => room.mayImport.includes('renderer')).map((room) => room.name)).toEqual([
      'test',
    ])
    expect(rooms.filter((room) => room.mayImport.includes('sandbox')).map((room) => room.name)).toEqual([
      'launch',
      'test',
    ])
  })
})

describe.each(rooms)('room $name', ({ name }) => {
  test('every forbidden room is reported in every import form, and no allowed one', () => {
    for (const path of roomFiles.get(name) ?? []) expectExactly(path)
  })

  test('every forbidden package is reported in every import form, and no allowed one', () => {
    for (const path of packageFiles.get(name) ?? []) expectExactly(path, 'arrows')
  })

  test('relative imports stay below their folder, and nothing leaves the room by a path', () => {
    expectExactly(pathFiles.get(name) ?? '')
  })
})

describe('other rules of the house', () => {
  test.each(pureFiles)(
    'clock, chance, timers and the machine are banned only where it is pure: $room.name',
    ({ path }) => {
      expectExactly(path)
    },
  )

  test('zod is imported as a namespace', () => expectExactly(zodFile))

  test('screens act when the finger is lifted', () => {
    expectExactly(pressFile)
    expectExactly(pressElsewhereFile)
  })

  test('no default exports, except in settings of tools', () => {
    for (const path of [...defaultFiles, ...toolPaths]) expectExactly(path)
  })

  test('nothing is opened outside the window', () => expectExactly(openFile))

  test('no file only passes on what others export', () => {
    for (const path of barrelFiles) expectExactly(path)
  })

  test('a file outside every room is reported', () => {
    for (const path of strayFiles) expectExactly(path)
  })
})
