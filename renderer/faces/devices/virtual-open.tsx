// The way to the panel of virtual devices, in the head of every screen of a demonstration, and whether it is open. The panel
// itself is loaded when first opened. Used by app.tsx and the head of the screens.
import { useText } from '#renderer/parts/language.tsx'
import { useStatus } from '#renderer/parts/terminal.tsx'
import { Joystick } from 'lucide-react'
import { createContext, lazy, Suspense, use, useMemo, useState, type ReactNode } from 'react'
import styles from './virtual-open.module.css'

const VirtualPanel = lazy(async () => ({ default: (await import('./virtual-panel.tsx')).VirtualPanel }))

type Choice = { readonly isOpen: boolean; readonly setOpen: (isOpen: boolean) => void }
const VirtualContext = createContext<Choice>({ isOpen: false, setOpen: () => undefined })

/** Keeps the panel open while the screens below change. */
export function VirtualDevices({ children }: { readonly children: ReactNode }) {
  const { isDemo } = useStatus()
  const [isOpen, setOpen] = useState(false)
  const choice = useMemo(() => ({ isOpen, setOpen }), [isOpen])
  return (
    <VirtualContext value={choice}>
      {children}
      {isDemo && isOpen ? (
        <Suspense fallback={null}>
          <VirtualPanel onClose={() => setOpen(false)} />
        </Suspense>
      ) : null}
    </VirtualContext>
  )
}

/** Says that this is a demonstration and opens the virtual devices. */
export function DemoBand() {
  const text = useText()
  const { isOpen, setOpen } = use(VirtualContext)
  return (
    <button
      type="button"
      className={styles.demo}
      aria-expanded={isOpen}
      // What is being typed goes on where it is.
      onMouseDown={(event) => event.preventDefault()}
      onClick={() => setOpen(!isOpen)}
      data-testid="virtual-open"
    >
      <span className={styles.what}>{text('till.demo')}</span>
      <span className={styles.open}>
        <Joystick aria-hidden size={18} />
        {text('devices.virtual')}
      </span>
    </button>
  )
}
