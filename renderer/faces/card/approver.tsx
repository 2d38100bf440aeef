// Code, PIN and reason of the supervisor who agrees that money goes back to a card, or that a sale is closed here. The PIN lives in this
// form only, until it is sent.
import { Button } from '#renderer/parts/button.tsx'
import { CodeAndPinFields } from '#renderer/parts/code-and-pin.tsx'
import { Field } from '#renderer/parts/field.tsx'
import { useText } from '#renderer/parts/language.tsx'
import { PIN_DIGITS_MIN } from '#renderer/parts/pin.ts'
import { useRef, useState, useEffect } from 'react'
import styles from './card.module.css'

const REASON_CHARS_MAX = 200

export type Agreed = {
  readonly approver: { readonly operatorCode: string; readonly pin: string }
  readonly reason: string
}

type ApproverProps = {
  readonly act: string
  readonly hint: string | null
  readonly isBusy: boolean
  readonly onBack: () => void
  readonly onAgree: (agreed: Agreed) => void
}

export function Approver({ act, hint, isBusy, onBack, onAgree }: ApproverProps) {
  const text = useText()
  const [by, setBy] = useState({ code: '', pin: '' })
  const [reason, setReason] = useState('')
  const first = useRef<HTMLInputElement>(null)
  useEffect(() => {
    first.current?.focus()
    // On a low screen its buttons would lie below the edge.
    first.current?.closest('fieldset')?.scrollIntoView({ block: 'nearest' })
  }, [])
  const { code, pin } = by
  const isReady = code.trim() !== '' && pin.length >= PIN_DIGITS_MIN && reason.trim() !== '' && !isBusy
  const agree = () => {
    if (!isReady) return
    onAgree({ approver: { operatorCode: code.trim(), pin }, reason: reason.trim() })
    setBy({ code, pin: '' })
  }
  return (
    <fieldset className={styles.by}>
      <legend className={styles.legend}>{text('card.by')}</legend>
      {hint === null ? null : <p className={styles.whole}>{hint}</p>}
      <CodeAndPinFields
        labels={{ code: text('card.code'), pin: text('card.pin') }}
        value={by}
        onChange={setBy}
        isCodeDisabled={isBusy}
        isPinDisabled={isBusy}
        codeInput={first}
        testId="card"
      />
      <Field
        label={text('card.why')}
        value={reason}
        onChange={setReason}
        maxLength={REASON_CHARS_MAX}
        isDisabled={isBusy}
        testId="card-why"
      />
      <div className={styles.agree}>
        <Button isDisabled={isBusy} onPress={onBack} testId="card-not-agree">
          {text('act.back')}
        </Button>
        <Button kind="deep" isDisabled={!isReady} onPress={agree} testId="card-agree">
          {isBusy ? text('card.acting') : act}
        </Button>
      </div>
    </fieldset>
  )
}
