// How a screen finds the core: through the bridge of the desktop shell's preload when there is one, else over HTTP on the
// page's own origin. Called once by main.tsx; nothing else in the renderer knows which shell it lives in.
import { clientOverHttp, clientOverPort, type PortSource } from '#rpc/client.ts'
import type { TerminalClient } from '#rpc/procedures.ts'

/** `restarting`: the core ended and comes back by itself. `stopped`: it keeps ending; the next call tries once more. */
export type CoreState = 'running' | 'restarting' | 'stopped'

export type Connection = {
  readonly client: TerminalClient
  readonly shell: 'desktop' | 'browser'
  /** Tells each change of the core's state; returns how to stop listening. Never called in the browser shell. */
  onCoreState(tell: (state: CoreState) => void): () => void
}

/** What the desktop preload puts into the page (electron/desktop/preload.ts). */
type Bridge = {
  /** Asks for a port; it arrives as a window message with this type. */
  readonly portMessage: string
  requestPort(): void
  onCoreState(tell: (state: CoreState) => void): void
}

declare global {
  // eslint-disable-next-line typescript/consistent-type-definitions -- only an interface can be added to
  interface Window {
    readonly tahsil?: Bridge
  }
}

export function connect(): Connection {
  const bridge = window.tahsil
  return bridge === undefined ? connectOverHttp() : connectOverBridge(bridge)
}

function connectOverHttp(): Connection {
  return {
    client: clientOverHttp({
      origin: window.location.origin,
      // The shell answers a reload with a page that says in words what to do.
      onShut: () => window.location.reload(),
    }),
    shell: 'browser',
    onCoreState: () => () => undefined,
  }
}

function connectOverBridge(bridge: Bridge): Connection {
  const listeners = new Set<(state: CoreState) => void>()
  const lost = new Set<() => void>()
  bridge.onCoreState((state) => {
    if (state !== 'running') for (const tell of lost) tell()
    for (const tell of listeners) tell(state)
  })
  const source: PortSource = {
    ask: () => bridge.requestPort(),
    onLost: (tell) => lost.add(tell),
    onPort: (use) => {
      window.addEventListener('message', (event) => {
        const [port] = event.ports
        if (event.source !== window || event.origin !== window.location.origin) return
        if (event.data !== bridge.portMessage || port === undefined) return
        use(port)
        port.start()
      })
    },
  }
  return {
    client: clientOverPort(source),
    shell: 'desktop',
    onCoreState: (tell) => {
      listeners.add(tell)
      return () => listeners.delete(tell)
    },
  }
}
