// Builds the terminal with Vite alone: the screens into dist/renderer, and the desktop shell's three programs (main process,
// preload as CommonJS, core) into dist/electron. Used by `npm run build`; the browser shell needs only the screens.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import react from '@vitejs/plugin-react'
import { defineConfig, type EnvironmentOptions } from 'vite'

// Whoever starts the build, tests too, gets the same: React for production, not the twice as large one for development.
process.env['NODE_ENV'] = 'production'

const root = join(import.meta.dirname, '..')
const screens = join(root, 'renderer')
const desktop = join(root, 'electron', 'desktop')

const { dependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  dependencies: Record<string, string>
}
/** Packages stay packages: native ones cannot be bundled, and what is packaged is what was installed and audited. */
const packages = Object.keys(dependencies)
const isOutside = (name: string): boolean =>
  name === 'electron' ||
  name.startsWith('node:') ||
  packages.some((each) => name === each || name.startsWith(`${each}/`))

type Program = { readonly entry: string; readonly file: string; readonly format: 'es' | 'cjs' }

/** One file of the desktop shell. */
const program = ({ entry, file, format }: Program): EnvironmentOptions => ({
  consumer: 'server',
  resolve: { noExternal: true, external: ['electron', ...packages], builtins: [/^node:/] },
  build: {
    ssr: true,
    target: 'node24',
    outDir: join(root, 'dist', 'electron'),
    emptyOutDir: false,
    minify: false,
    sourcemap: true,
    rolldownOptions: {
      input: join(desktop, entry),
      external: isOutside,
      output: { format, entryFileNames: file, codeSplitting: false },
    },
  },
})

/** The second screen, a page of its own. */
const customerPage = join(screens, 'customer', 'index.html')
/** The back office page, which the integrator serves from the same build. */
const consolePage = join(screens, 'console', 'index.html')

export default defineConfig({
  root: screens,
  plugins: [react()],
  environments: {
    client: {
      build: {
        outDir: join(root, 'dist', 'renderer'),
        emptyOutDir: true,
        target: 'chrome140',
        sourcemap: true,
        // The content security policy allows neither fonts nor scripts that are written into the page.
        assetsInlineLimit: 0,
        modulePreload: { polyfill: false },
        rolldownOptions: {
          // Making a schema does nothing else: the ones that no screen uses are left out, and with them most of zod.
          treeshake: { manualPureFunctions: ['z'] },
          input: [
            join(screens, 'index.html'),
            customerPage,
            ...(existsSync(consolePage) ? [consolePage] : []),
          ],
        },
      },
    },
    main: program({ entry: 'main.ts', file: 'main.js', format: 'es' }),
    preload: program({ entry: 'preload.ts', file: 'preload.cjs', format: 'cjs' }),
    core: program({ entry: 'core-entry.ts', file: 'core.js', format: 'es' }),
  },
  builder: {
    buildApp: async (builder) => {
      for (const name of ['client', 'main', 'preload', 'core']) {
        const environment = builder.environments[name]
        if (environment === undefined) throw new Error(`no environment ${name}`)
        await builder.build(environment)
      }
    },
  },
})
