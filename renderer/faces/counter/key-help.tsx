// F1: every key and what it does, as on the keyboard strip.
import { KeyCap } from '#renderer/parts/button.tsx'
import { Dialog } from '#renderer/parts/dialog.tsx'
import { KEY_HELP } from '#renderer/parts/key-map.ts'
import { useText } from '#renderer/parts/language.tsx'
import styles from './key-help.module.css'

export function KeyHelp({ onClose }: { readonly onClose: () => void }) {
  const text = useText()
  return (
    <Dialog
      title={text('keys.title')}
      size="wide"
      onClose={onClose}
      bindings={{ F1: onClose, Enter: onClose }}
    >
      <p className={styles.scan}>{text('keys.scan')}</p>
      <dl className={styles.list}>
        {KEY_HELP.map(({ chords, text: key }) => (
          <div key={key} className={styles.row}>
            <dt className={styles.keys}>
              {chords.map((chord) => (
                <KeyCap key={chord} chord={chord} />
              ))}
            </dt>
            <dd>{text(key)}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  )
}
