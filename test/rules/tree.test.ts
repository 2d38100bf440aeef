// Goal: the tree stays the one of the architecture, and no unfinished, skipped or oversized file slips into it.
// Each message says what to do. What a linter can see is in rooms-plugin.mjs; this looks at files and folders.
import { readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { expect, test } from 'vitest'
import * as z from 'zod'
import { roomNamed, roomOf, rooms, toolFiles } from '#test/rules/rooms.mjs'

const root = join(import.meta.dirname, '..', '..')

const topLevel = new Set([
  'electron',
  'renderer',
  'drivers',
  'integrator-backend',
  'test',
  'package.json',
  'package-lock.json',
  'tsconfig.json',
  'electron-builder.yml',
  'README.md',
  'CHANGELOG.md',
  'LICENSE',
])
/** Made by programs and ignored by git. */
const madeByPrograms = new Set(['node_modules', 'dist', 'data', 'coverage', 'test-output'])

const fileLinesMax = 400
/** Tables of words or facts that are read from top to bottom; they may be long. */
const dataFiles = ['renderer/text/', 'integrator-backend/sandbox/seed', 'drivers/printer/code-pages']

const isMadeByProgram = (name: string) => madeByPrograms.has(name) || name.endsWith('.log')

const listFiles = (folder: string): string[] =>
  readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`
    if (isMadeByProgram(entry.name) || entry.name === '.git' || entry.name === '.DS_Store') return []
    return entry.isDirectory() ? listFiles(path) : [path]
  })

const Versions = z.record(z.string(), z.string())
const packageJson = z
  .object({ imports: Versions, dependencies: Versions, devDependencies: Versions })
  .parse(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')))

const { packages: lockedPackages } = z
  .object({ packages: z.record(z.string(), z.object({ optionalDependencies: Versions.optional() })) })
  .parse(JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')))

const files = listFiles('')
const ownPath = 'test/rules/tree.test.ts'
const codeFiles = files.filter((path) => /\.(ts|tsx|mts|cts|js|mjs|cjs)$/.test(path))
const textFiles = files.filter((path) => /\.(ts|tsx|mts|mjs|cjs|css|html|yml|json|md|sql|svg)$/.test(path))

const texts = new Map(
  [...codeFiles, ...textFiles].map((path) => [path, readFileSync(join(root, path), 'utf8')]),
)
const textOf = (path: string): string => texts.get(path) ?? ''

/** `path:line: what to do` for every match of the pattern. */
const findAll = (paths: readonly string[], pattern: RegExp, advice: string): string[] =>
  paths
    .filter((path) => path !== ownPath)
    .flatMap((path) =>
      textOf(path)
        .split('\n')
        .flatMap((line, at) => (pattern.test(line) ? [`${path}:${at + 1}: ${advice}: ${line.trim()}`] : [])),
    )

const expectNone = (problems: readonly string[]) => expect(problems).toEqual([])

test('the top level holds the parts of the architecture and nothing else', () => {
  const strays = readdirSync(root).filter(
    (name) => !topLevel.has(name) && !isMadeByProgram(name) && !name.startsWith('.'),
  )
  expectNone(
    strays.map((name) => `${name}: move it into a room; settings of tools live in test/rules or electron/`),
  )
})

test('every code file belongs to a room', () => {
  const strays = codeFiles.filter(
    (path) => !path.startsWith('.') && !roomOf(path) && !toolFiles.includes(path),
  )
  expectNone(strays.map((path) => `${path}: move it into the folder of a room (test/rules/rooms.mjs)`))
})

test('every name of the imports map is a room at its own folder, and every room has one', () => {
  const expected = Object.fromEntries(rooms.map((room) => [`#${room.name}/*`, `./${room.folder}/*`]))
  expect(packageJson.imports).toEqual(expected)
  for (const name of Object.keys(packageJson.imports)) {
    expect(roomNamed(name.slice(1, -2)), `${name} is not listed in test/rules/rooms.mjs`).toBeDefined()
  }
})

test(`no code file is longer than ${fileLinesMax} lines`, () => {
  const long = [...codeFiles, ...files.filter((path) => path.endsWith('.css'))].filter(
    (path) =>
      !dataFiles.some((prefix) => path.startsWith(prefix)) &&
      textOf(path).split('\n').length - 1 > fileLinesMax,
  )
  expectNone(
    long.map(
      (path) =>
        `${path}: ${textOf(path).split('\n').length - 1} lines. Split it by noun, or list a table of facts under dataFiles`,
    ),
  )
})

test('every code file says in its first line what it is for', () => {
  const silent = codeFiles.filter((path) => !/^(#!.*\n)?(\/\/ \S|\/\*)/.test(textOf(path)))
  expectNone(silent.map((path) => `${path}: begin with a comment: what it is for and who calls it`))
})

test('files are named in kebab-case and after what they hold', () => {
  const bad = codeFiles.filter((path) => !/^[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9]+)+$/.test(basename(path)))
  const vague = codeFiles.filter((path) =>
    /(^|[/-])(utils?|helpers?|manager|common|misc|index)([./-]|$)/.test(path),
  )
  expectNone([
    ...bad.map((path) => `${path}: name it in kebab-case`),
    ...vague.map((path) => `${path}: name it after the noun or verb it holds`),
  ])
})

test('nothing is left unfinished', () => {
  const words = /\b(TODO|FIXME|XXX|HACK|TBD)\b|not (yet )?implemented|unimplemented|lorem ipsum|coming soon/i
  const isProse = (path: string) => path === 'package-lock.json'
  expectNone(
    findAll(
      textFiles.filter((path) => !isProse(path)),
      words,
      'finish it or leave it out',
    ),
  )
})

test('every test file belongs to a project, so that it runs', () => {
  const strays = files.filter(
    (path) =>
      /\.(test|spec)\.[cm]?[jt]sx?$/.test(path) &&
      !/^test\/(rules|unit|integration|simulation|reliability|parity|e2e|rig)\/.*\.test\.ts$/.test(path),
  )
  expectNone(strays.map((path) => `${path}: move it into a project folder of test/rules/vitest.config.ts`))
})

test('no test is skipped, focused or expected to fail', () => {
  const tests = codeFiles.filter((path) => path.startsWith('test/'))
  const pattern =
    /\b(describe|test|it|suite|bench)(\.\w+)*\.(skip|only|todo|fails|skipIf)\b|\bx(it|test|describe)\(|\b(context|ctx|task)\.skip\(/
  expectNone(findAll(tests, pattern, 'run it or delete it (runIf is for what a machine may lack)'))
})

test('no rule is switched off in passing', () => {
  expectNone([
    ...findAll(codeFiles, /@ts-(ignore|nocheck)/, 'use @ts-expect-error with a reason, or mend the type'),
    ...findAll(
      codeFiles,
      /(es|ox)lint-disable\S*\s*(\*\/|$|--)/,
      'name the rule and give the reason after --',
    ),
    ...findAll(codeFiles, /(es|ox)lint-disable.*house\//, 'the rules of the house have no exceptions'),
    ...findAll(codeFiles, /(es|ox)lint-disable(?!.* -- \S)/, 'give the reason after --'),
  ])
})

test('no default exports outside settings of tools', () => {
  const paths = codeFiles.filter((path) => !toolFiles.includes(path))
  expectNone(findAll(paths, /^export default\b|^export \{[^}]*\bas default\b/, 'give it a name'))
})

test('packages are pinned to exact versions', () => {
  const all = { ...packageJson.dependencies, ...packageJson.devDependencies }
  const loose = Object.entries(all).filter(([, version]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version))
  expectNone(
    loose.map(([name, version]) => `${name} ${version}: write the exact version (npm install --save-exact)`),
  )
  const orpc = new Set(
    Object.entries(all).flatMap(([name, version]) => (name.startsWith('@orpc/') ? [version] : [])),
  )
  expect([...orpc], 'all @orpc packages share one version').toHaveLength(1)
})

test('the lock file names the packages of every platform, so that a clean install works on all of them', () => {
  const missing = Object.entries(lockedPackages).flatMap(([parent, { optionalDependencies = {} }]) =>
    Object.keys(optionalDependencies).filter((name) => !isLocked(parent, name)),
  )
  expectNone(
    missing.map((name) => `${name}: add it to package-lock.json (npm leaves out what its registry lacks)`),
  )
})

/** Whether Node's way of looking from `parent` upwards finds the package in the lock file. */
function isLocked(parent: string, name: string): boolean {
  const prefix = parent === '' ? '' : `${parent}/`
  if (lockedPackages[`${prefix}node_modules/${name}`] !== undefined) return true
  return parent !== '' && isLocked(parent.slice(0, Math.max(0, parent.lastIndexOf('/node_modules/'))), name)
}

test('the README shows every room as the table has it, and every picture and file it names', () => {
  const readme = textOf('README.md')
  const missing = rooms.filter(
    ({ name, folder, purpose }) => !readme.includes(`| \`${name}\` | \`${folder}\` | ${purpose} |`),
  )
  expectNone(missing.map(({ name }) => `README.md: give room ${name} the row of test/rules/rooms.mjs`))
  const links = [...readme.matchAll(/(?:\]\(|src=")(?!https?:)([^)"#]+)/g)].map(([, path]) => path ?? '')
  expect(links.length).toBeGreaterThan(5)
  expectNone(links.filter((path) => !files.includes(path)).map((path) => `README.md: there is no ${path}`))
})
