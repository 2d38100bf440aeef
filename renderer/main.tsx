// Starts the screens: finds the core, listens to the keyboard, and mounts the app. Loaded by index.html.
import './styles/tokens.css'
import './styles/fonts.css'
import './styles/base.css'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { createRoot } from 'react-dom/client'
import { App } from './app.tsx'
import { ScreenFailed } from './screen-failed.tsx'
import { connect } from './connect.ts'
import { LanguageProvider } from './parts/language.tsx'
import { TerminalContext } from './parts/terminal.tsx'
import { followDeviceScans, learnScanPrefix } from './parts/device-scans.ts'
import { deliver, deliverUnread, listenToWindowKeys, setScanPrefix } from './parts/window-keys.ts'

const root = document.querySelector('#root')
if (root === null) throw new Error('index.html has no #root')

// The core is always there, with or without a network: the browser's own idea of being offline says nothing about it.
const queries = new QueryClient({
  defaultOptions: { queries: { networkMode: 'always' }, mutations: { networkMode: 'always' } },
})
const connection = connect()

listenToWindowKeys()
void learnScanPrefix({ client: connection.client, setPrefix: setScanPrefix })
void followDeviceScans({ client: connection.client, deliver, deliverUnread })
window.addEventListener('contextmenu', (event) => event.preventDefault())
window.addEventListener('dragover', (event) => event.preventDefault())
window.addEventListener('drop', (event) => event.preventDefault())

/** A fault in drawing must never leave an empty window: what failed is replaced by words and a way on. */
const view = createRoot(root, {
  onUncaughtError: () =>
    window.setTimeout(() =>
      view.render(
        <LanguageProvider>
          <ScreenFailed />
        </LanguageProvider>,
      ),
    ),
})

view.render(
  <QueryClientProvider client={queries}>
    <TerminalContext value={connection.client}>
      <LanguageProvider>
        <App onCoreState={(tell) => connection.onCoreState(tell)} />
      </LanguageProvider>
    </TerminalContext>
  </QueryClientProvider>,
)
