// What the payer agrees to in case DIGIT shows another amount by the time this payment gets there. Off until somebody ticks it.
// Shown beside the tender by tender-bills.tsx, only while it can matter.
import { useText } from '#renderer/parts/language.tsx'
import { Check } from 'lucide-react'
import { Checkbox } from 'react-aria-components'
import type { Consent } from '#rpc/till-rules.ts'
import type { ConsentAsked } from './consent.ts'
import styles from './consent-ticks.module.css'

type ConsentTicksProps = {
  readonly asked: ConsentAsked
  readonly consent: Consent
  readonly isDisabled: boolean
  readonly onAgree: (consent: Consent) => void
}

export function ConsentTicks({ asked, consent, isDisabled, onAgree }: ConsentTicksProps) {
  const text = useText()
  if (!asked.isPartAsked && !asked.isAdvanceAsked) return null
  return (
    <fieldset className={styles.consent} data-testid="consent">
      <legend className={styles.title}>{text('consent.title')}</legend>
      {asked.isPartAsked ? (
        <Tick
          words={text('consent.part')}
          isTicked={consent.isPartAgreed}
          isDisabled={isDisabled}
          onTick={(isPartAgreed) => onAgree({ ...consent, isPartAgreed })}
          testId="consent-part"
        />
      ) : null}
      {asked.isAdvanceAsked ? (
        <Tick
          words={text('consent.advance')}
          isTicked={consent.isAdvanceAgreed}
          isDisabled={isDisabled}
          onTick={(isAdvanceAgreed) => onAgree({ ...consent, isAdvanceAgreed })}
          testId="consent-advance"
        />
      ) : null}
      <p className={styles.hint}>{text('consent.hint')}</p>
    </fieldset>
  )
}

type TickProps = {
  readonly words: string
  readonly isTicked: boolean
  readonly isDisabled: boolean
  readonly onTick: (isTicked: boolean) => void
  readonly testId: string
}

function Tick({ words, isTicked, isDisabled, onTick, testId }: TickProps) {
  return (
    <Checkbox
      isSelected={isTicked}
      isDisabled={isDisabled}
      onChange={onTick}
      className={styles.tick ?? ''}
      data-testid={testId}
    >
      <span className={styles.box} aria-hidden>
        {isTicked ? <Check size={18} strokeWidth={3} /> : null}
      </span>
      <span>{words}</span>
    </Checkbox>
  )
}
