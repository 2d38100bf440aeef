// Alt+D: opens the cash drawer without a payment. One press per reason; what is said goes into the journal before the drawer opens. Loaded
// when first opened; shown by counter.tsx.
import type { Problem } from '#contract/problem.ts'
import { Button } from '#renderer/parts/button.tsx'
import { Dialog } from '#renderer/parts/dialog.tsx'
import { Field } from '#renderer/parts/field.tsx'
import { useScan } from '#renderer/parts/keys.tsx'
import { useText } from '#renderer/parts/language.tsx'
import { ProblemPanel } from '#renderer/parts/problem-panel.tsx'
import { playTone } from '#renderer/parts/sound.ts'
import { useTerminal } from '#renderer/parts/terminal.tsx'
import { useState } from 'react'
import { DrawerTrouble } from './drawer-trouble.tsx'
import styles from './open-drawer.module.css'

/** `other` needs words and comes last. */
const REASONS = ['change', 'count', 'correction', 'check'] as const
type Reason = (typeof REASONS)[number] | 'other'
const NOTE_CHARS_MAX = 120

export function OpenDrawer({ onClose }: { readonly onClose: () => void }) {
  const text = useText()
  const client = useTerminal()
  const [note, setNote] = useState('')
  const [isAsking, setAsking] = useState(false)
  const [trouble, setTrouble] = useState<unknown>(null)
  const [problem, setProblem] = useState<Problem | null>(null)
  useScan(() => playTone('attention'))

  const open = (reason: Reason) => {
    if (isAsking) return
    setAsking(true)
    setTrouble(null)
    setProblem(null)
    client.drawer
      .open({ reason, note: reason === 'other' ? note.trim() : '' })
      .then((answer) => {
        if (answer.problem === null) return onClose()
        playTone('attention')
        return setProblem(answer.problem)
      })
      .catch((error: unknown) => {
        playTone('attention')
        setTrouble(error)
      })
      .finally(() => setAsking(false))
  }
  const isNoted = note.trim() !== ''
  return (
    <Dialog
      title={text('noSale.title')}
      onClose={onClose}
      bindings={isNoted ? { Enter: () => open('other') } : {}}
    >
      <p className={styles.hint}>{text('noSale.hint')}</p>
      <DrawerTrouble error={trouble} />
      {problem === null ? null : <ProblemPanel problem={problem} />}
      <ul className={styles.reasons}>
        {REASONS.map((reason) => (
          <li key={reason}>
            <Button
              kind="deep"
              isDisabled={isAsking}
              onPress={() => open(reason)}
              testId={`no-sale-${reason}`}
            >
              {text(`noSale.${reason}`)}
            </Button>
          </li>
        ))}
      </ul>
      <div className={styles.other}>
        <Field
          label={text('noSale.other')}
          value={note}
          onChange={setNote}
          maxLength={NOTE_CHARS_MAX}
          testId="no-sale-note"
        />
        <Button
          kind="deep"
          isDisabled={!isNoted || isAsking}
          onPress={() => open('other')}
          testId="no-sale-other"
        >
          {text('noSale.open')}
        </Button>
      </div>
    </Dialog>
  )
}
