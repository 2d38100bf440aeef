// Digits for fingers: the same as the number keys. Never takes the focus away from the field it fills.
import { Delete } from 'lucide-react'
import { Button as AriaButton } from 'react-aria-components'
import { useText } from './language.tsx'
import styles from './number-pad.module.css'

const DIGITS = ['7', '8', '9', '4', '5', '6', '1', '2', '3'] as const

type NumberPadProps = {
  readonly onDigits: (digits: string) => void
  readonly onBackspace: () => void
  /** Key at the bottom left: `00` for money, nothing for PINs. */
  readonly extra?: '00'
  readonly label: string
  readonly isDisabled?: boolean
}

export function NumberPad({ onDigits, onBackspace, extra, label, isDisabled = false }: NumberPadProps) {
  const text = useText()
  const key = (digits: string) => (
    <AriaButton
      key={digits}
      excludeFromTabOrder
      preventFocusOnPress
      isDisabled={isDisabled}
      onPress={() => onDigits(digits)}
      className={styles.key ?? ''}
    >
      {digits}
    </AriaButton>
  )
  return (
    <fieldset aria-label={label} className={styles.pad}>
      {DIGITS.map(key)}
      {extra === undefined ? <span /> : key(extra)}
      {key('0')}
      <AriaButton
        excludeFromTabOrder
        preventFocusOnPress
        isDisabled={isDisabled}
        aria-label={text('pad.backspace')}
        onPress={onBackspace}
        className={styles.key ?? ''}
      >
        <Delete aria-hidden size={26} />
      </AriaButton>
    </fieldset>
  )
}
