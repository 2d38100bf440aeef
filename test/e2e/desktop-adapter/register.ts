// `node --import register.ts dist/electron/main.js` runs the desktop shell's real main process with the stand-in of
// fake-electron.ts under the name `electron`. Loaded by launch-desktop.ts.
import { registerHooks } from 'node:module'

const standIn = new URL('fake-electron.ts', import.meta.url).href

registerHooks({
  resolve: (specifier, context, next) =>
    specifier === 'electron' ? { url: standIn, shortCircuit: true } : next(specifier, context),
})
