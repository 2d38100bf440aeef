// The blind count: every note and coin, before anybody is told what should be there.
import { formatInr } from '#contract/money.ts'
import { Button } from '#renderer/parts/button.tsx'
import { useKeys, useScan } from '#renderer/parts/keys.tsx'
import { useText } from '#renderer/parts/language.tsx'
import { playTone } from '#renderer/parts/sound.ts'
import { useTerminal } from '#renderer/parts/terminal.tsx'
import type { CashCount } from '#rpc/shift.ts'
import { Calculator } from 'lucide-react'
import { useEffect, useState } from 'react'
import { Head } from './drawer-head.tsx'
import { DrawerTrouble } from './drawer-trouble.tsx'
import { useNoteCounts } from './note-counts.ts'
import { NoteGrid } from './note-grid.tsx'
import styles from './drawer.module.css'

type CountDrawerProps = { readonly onBack: () => void; readonly onCounted: (count: CashCount) => void }

export function CountDrawer({ onBack, onCounted }: CountDrawerProps) {
  const text = useText()
  const client = useTerminal()
  const notes = useNoteCounts()
  const [isSending, setSending] = useState(false)
  const [error, setError] = useState<unknown>(null)
  const { inputs, totalPaise } = notes
  useEffect(() => inputs.current[0]?.focus(), [inputs])
  const send = () => {
    if (isSending) return
    setSending(true)
    client.shift
      // Every press is a count of its own: what is counted may have changed meanwhile.
      .count({ countId: crypto.randomUUID(), denominations: notes.denominations })
      .then(onCounted)
      .catch((thrown: unknown) => {
        setError(thrown)
        playTone('attention')
      })
      .finally(() => setSending(false))
  }
  const enter = () => {
    if (!notes.next() && totalPaise > 0) send()
  }
  useKeys({ Enter: enter, Escape: onBack })
  useScan(() => playTone('attention'))
  return (
    <div className={styles.screen} data-testid="count-drawer">
      <Head title={text('count.title')} onBack={onBack} isDisabled={isSending} />
      <div className={styles.columns}>
        <section className={styles.card} aria-label={text('count.title')}>
          <p>{text('count.hint')}</p>
          <NoteGrid notes={notes} isDisabled={isSending} />
        </section>
        <section className={styles.card} aria-label={text('count.total')}>
          <div>
            <p className={styles.label}>{text('count.total')}</p>
            <p className={styles.total} aria-live="polite" data-testid="count-total">
              {formatInr(totalPaise)}
            </p>
          </div>
          <DrawerTrouble error={error} />
          <Button
            kind={totalPaise > 0 ? 'primary' : 'plain'}
            size="large"
            icon={Calculator}
            isDisabled={isSending}
            onPress={send}
            testId="count-act"
          >
            {isSending
              ? text('count.acting')
              : totalPaise > 0
                ? text('count.act', { amount: formatInr(totalPaise) })
                : text('count.empty')}
          </Button>
        </section>
      </div>
    </div>
  )
}
