// The only bridge between the page and the desktop shell: it hands the page a port to the core and tells what becomes of the
// core. No part of Electron's own API reaches the page. Built as CommonJS, run sandboxed in every window.
import { contextBridge, ipcRenderer } from 'electron'
import { ASK_PORT, CORE_STATE, PORT, type CoreState } from './channels.ts'

/** Of the page's own global object only what is needed here. */
declare const window: {
  readonly location: { readonly origin: string }
  postMessage(message: string, targetOrigin: string, transfer: readonly object[]): void
}

contextBridge.exposeInMainWorld('tahsil', {
  portMessage: PORT,
  requestPort: () => ipcRenderer.send(ASK_PORT),
  onCoreState: (tell: (state: CoreState) => void) => {
    ipcRenderer.on(CORE_STATE, (_event, state: CoreState) => tell(state))
  },
})

// A port cannot cross the bridge; a message to the page's own window carries it.
ipcRenderer.on(PORT, (event) => window.postMessage(PORT, window.location.origin, event.ports))
