// What became of a slip of the drawer, and the way to print it again.
import { Button } from '#renderer/parts/button.tsx'
import { useText } from '#renderer/parts/language.tsx'
import { StatusShape } from '#renderer/parts/status-mark.tsx'
import { Printer } from 'lucide-react'
import type { Slip } from './use-slip.ts'
import styles from './drawer.module.css'

const TONES = { none: 'off', printing: 'wait', printed: 'ok', failed: 'warn', unknown: 'unknown' } as const
const WORDS = {
  printing: 'slip.printing',
  printed: 'slip.printed',
  failed: 'slip.notPrinted',
  unknown: 'slip.unknown',
} as const

export function SlipNote({ slip, recordId }: { readonly slip: Slip; readonly recordId: string }) {
  const text = useText()
  return (
    <div className={styles.slip} data-testid={`slip-${slip.state}`}>
      {slip.state === 'none' ? null : (
        <output className={styles.slipWords}>
          <StatusShape tone={TONES[slip.state]} size={20} />
          <span>{text(WORDS[slip.state])}</span>
        </output>
      )}
      <Button
        icon={Printer}
        isBusy={slip.state === 'printing'}
        onPress={() => slip.print(recordId)}
        testId="slip-again"
      >
        {text('act.printAgain')}
      </Button>
    </div>
  )
}
