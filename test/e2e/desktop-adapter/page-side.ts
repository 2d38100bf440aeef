// What the adapter puts into each page before its own scripts: the preload in a world of its own (as Electron's context
// isolation does) and the page's half of contextBridge. Used by fake-window.ts.

export const WORLD = 'preload'
export const BINDING = 'adapterSend'

/** Runs in the page's own world: builds what the preload exposes from the names it announces. */
const BRIDGE_IN_PAGE = `(() => {
  if (window !== window.top) return
  const callbacks = []
  document.addEventListener('adapter-expose', (event) => {
    const { name, api } = JSON.parse(event.detail)
    const entries = Object.entries(api).map(([key, value]) => [key, value.fn ? (...args) => {
      const sent = args.map((arg) => typeof arg === 'function' ? { callback: callbacks.push(arg) - 1 } : { value: arg })
      document.dispatchEvent(new CustomEvent('adapter-call', { detail: JSON.stringify({ name, key, args: sent }) }))
    } : value.value])
    Object.defineProperty(window, name, { value: Object.freeze(Object.fromEntries(entries)) })
  })
  document.addEventListener('adapter-callback', (event) => {
    const { at, args } = JSON.parse(event.detail)
    callbacks[at](...args)
  })
})()`

/** Runs in the preload's world: Electron's module as a sandboxed preload sees it, then the real preload. */
const preloadScript = (source: string): string => `(() => {
  if (window !== window.top) return
  const apis = {}
  const listeners = []
  const ports = new Map()
  const send = (message) => window.${BINDING}(JSON.stringify(message))
  document.addEventListener('adapter-call', (event) => {
    const { name, key, args } = JSON.parse(event.detail)
    apis[name][key](...args.map((arg) => arg.callback === undefined ? arg.value : (...said) =>
      document.dispatchEvent(new CustomEvent('adapter-callback', { detail: JSON.stringify({ at: arg.callback, args: said }) }))))
  })
  window.adapterTake = (message) => {
    if (message.kind === 'port') return ports.get(message.id)?.postMessage(message.data)
    if (message.kind === 'closed') return ports.get(message.id)?.close()
    const arrived = message.ports.map((id) => {
      const { port1, port2 } = new MessageChannel()
      port1.onmessage = (event) => send({ kind: 'port', id, data: event.data })
      ports.set(id, port1)
      return port2
    })
    for (const each of listeners)
      if (each.channel === message.channel) each.listener({ ports: arrived }, ...message.args)
  }
  const electron = {
    contextBridge: {
      exposeInMainWorld: (name, api) => {
        apis[name] = api
        const shape = Object.fromEntries(Object.entries(api).map(([key, value]) =>
          [key, typeof value === 'function' ? { fn: true } : { value }]))
        document.dispatchEvent(new CustomEvent('adapter-expose', { detail: JSON.stringify({ name, api: shape }) }))
      },
    },
    ipcRenderer: {
      send: (channel, ...args) => send({ kind: 'ipc', channel, args }),
      on: (channel, listener) => listeners.push({ channel, listener }),
    },
  }
  const module = { exports: {} }
  ;((require, module, exports) => {
${source}
  })((name) => {
    if (name !== 'electron') throw new Error('a sandboxed preload cannot require ' + name)
    return electron
  }, module, module.exports)
})()`

export type PageScript = { readonly source: string; readonly worldName?: string }

export function pageScripts(preloadSource: string): readonly PageScript[] {
  return [{ source: BRIDGE_IN_PAGE }, { source: preloadScript(preloadSource), worldName: WORLD }]
}
