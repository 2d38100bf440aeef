// A modal panel: keeps keyboard and screen reader inside, closes with Esc, and lets no shortcut through to below.
import { X } from 'lucide-react'
import type { ReactNode } from 'react'
import { Dialog as AriaDialog, Heading, Modal, ModalOverlay } from 'react-aria-components'
import { Button } from './button.tsx'
import { classNames } from './class-names.ts'
import { useKeys } from './keys.tsx'
import type { KeyBindings } from './key-map.ts'
import { useText } from './language.tsx'
import styles from './dialog.module.css'

type DialogProps = {
  readonly title: string
  readonly onClose: () => void
  readonly children: ReactNode
  readonly footer?: ReactNode
  readonly bindings?: KeyBindings
  readonly size?: 'normal' | 'wide'
}

const NO_BINDINGS: KeyBindings = {}

export function Dialog({
  title,
  onClose,
  children,
  footer,
  bindings = NO_BINDINGS,
  size = 'normal',
}: DialogProps) {
  const text = useText()
  useKeys(bindings, { isModal: true })
  return (
    <ModalOverlay
      isOpen
      isDismissable={false}
      onOpenChange={(isOpen) => {
        if (!isOpen) onClose()
      }}
      className={styles.overlay ?? ''}
    >
      <Modal className={classNames(styles.modal, size === 'wide' && styles.wide)}>
        <AriaDialog className={styles.dialog ?? ''}>
          <header className={styles.header}>
            <Heading slot="title" className={styles.title ?? ''}>
              {title}
            </Heading>
            <Button kind="quiet" icon={X} onPress={onClose} chord="Escape">
              {text('act.close')}
            </Button>
          </header>
          <div className={styles.body}>{children}</div>
          {footer === undefined ? null : <footer className={styles.footer}>{footer}</footer>}
        </AriaDialog>
      </Modal>
    </ModalOverlay>
  )
}
