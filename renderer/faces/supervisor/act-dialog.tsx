// One decision: a sentence that says what will happen and to whom, why, and the code and PIN of the person who decides. A lost answer is
// never repeated from here: the list is looked at first. The PIN lives in this form only, until it is sent or the form closes.
import { operatorCodeIn } from '#contract/badge.ts'
import type { Exception, ExceptionAct } from '#contract/exceptions-api.ts'
import type { Problem } from '#contract/problem.ts'
import { Button } from '#renderer/parts/button.tsx'
import { CodeAndPinFields } from '#renderer/parts/code-and-pin.tsx'
import { Dialog } from '#renderer/parts/dialog.tsx'
import { Field } from '#renderer/parts/field.tsx'
import { useScan } from '#renderer/parts/keys.tsx'
import { useText } from '#renderer/parts/language.tsx'
import { makeProblem, problemOf } from '#renderer/parts/problem-of.ts'
import { Panel } from '#renderer/parts/problem-panel.tsx'
import { playTone } from '#renderer/parts/sound.ts'
import { useTapShield } from '#renderer/parts/tap-shield.ts'
import { useStatus, useTerminal } from '#renderer/parts/terminal.tsx'
import { useEffect, useRef, useState } from 'react'
import {
  actFaults,
  isLostAnswer,
  isSameCode,
  mayTryAgain,
  partIn,
  pressOf,
  sentenceOf,
  WHY_LETTERS_MAX,
  type ActFault,
  type ActForm,
} from './act-form.ts'
import { ActTrouble, type Trouble } from './act-trouble.tsx'
import { Asked } from './exception-detail.tsx'
import { useExceptionWords, useOperators } from './exception-words.ts'
import styles from './act-dialog.module.css'

export type ActResult = {
  readonly exception: Exception
  readonly act: ExceptionAct
  readonly result: 'done' | 'asked'
}

type ActDialogProps = {
  readonly exception: Exception
  readonly act: ExceptionAct
  readonly onResult: (result: ActResult) => void
  /** The list may be another by now. */
  readonly onLookAgain: () => void
  readonly onClose: () => void
}

export function ActDialog({ exception, act, onResult, onLookAgain, onClose }: ActDialogProps) {
  const text = useText()
  const client = useTerminal()
  const { operator, nowMs } = useStatus()
  const operators = useOperators()
  const words = useExceptionWords()(exception)
  const part = partIn(exception, act)
  const first =
    part === 'agree' ? (operators.find(({ id }) => id === exception.asked?.byOperatorId) ?? null) : null
  const isSignedInFirst = exception.asked?.byOperatorId === operator?.id && part === 'agree'
  const [form, setForm] = useState<ActForm>({
    why: '',
    code: isSignedInFirst ? '' : (operator?.code ?? ''),
    pin: '',
  })
  const [hasTried, setTried] = useState(false)
  const [isSending, setSending] = useState(false)
  const [trouble, setTrouble] = useState<Trouble | null>(null)
  const [opening] = useState(() => `act ${crypto.randomUUID()}`)
  const whyInput = useRef<HTMLInputElement>(null)
  const codeInput = useRef<HTMLInputElement>(null)
  const pinInput = useRef<HTMLInputElement>(null)
  useTapShield(opening)
  useEffect(() => whyInput.current?.focus(), [])
  const faults = actFaults(form, first)
  const isOver = trouble !== null && !mayTryAgain(trouble.problem?.code ?? null)

  const focusFault = (fault: ActFault) => {
    const input = fault === 'why' ? whyInput : fault === 'pin' ? pinInput : codeInput
    input.current?.focus()
  }
  const onProblem = (problem: Problem | null) => {
    playTone('attention')
    const isGone = problem?.code === 'payment_not_found'
    setTrouble({ problem: isGone ? makeProblem('act_not_allowed') : problem, atMs: nowMs })
    if (!mayTryAgain(problem?.code ?? null)) onLookAgain()
    else if (problem?.code === 'wrong_pin') pinInput.current?.focus()
    else codeInput.current?.focus()
  }
  const send = () => {
    const [fault] = faults
    if (isSending || isOver) return
    if (fault !== undefined) {
      // Enter goes through the fields; what is missing is said once the last of them was left.
      setTried(hasTried || fault !== 'pin' || form.pin !== '')
      return focusFault(fault)
    }
    setSending(true)
    setTrouble(null)
    const { why, code, pin } = form
    client.exceptions
      .act({
        id: exception.id,
        kind: exception.kind,
        act,
        why: why.trim(),
        by: { operatorCode: code.trim(), pin },
      })
      .then(({ result }) => onResult({ exception, act, result }))
      .catch((error: unknown) => onProblem(problemOf(error)))
      .finally(() => {
        setForm((before) => ({ ...before, pin: '' }))
        setTried(false)
        setSending(false)
      })
  }
  useScan((scanned) => {
    const scannedCode = operatorCodeIn(scanned)
    const badge = operators.find(({ code }) => scannedCode !== null && isSameCode(code, scannedCode))
    if (badge === undefined || isSending) return playTone('attention')
    playTone('scan')
    setForm((before) => ({ ...before, code: badge.code, pin: '' }))
    pinInput.current?.focus()
  })
  const faultWords = (fault: ActFault): string | null => {
    if (!hasTried || !faults.includes(fault)) return null
    if (fault === 'why') return text('actForm.whyShort')
    if (fault === 'code') return text('actForm.codeMissing')
    return fault === 'pin' ? text('actForm.pinShort') : null
  }
  const sameWords = faults.includes('samePerson')
    ? text('actForm.codeSame', { name: first?.name ?? '' })
    : null
  return (
    <Dialog
      title={text(`actName.${act}`)}
      size="wide"
      onClose={() => (isSending ? undefined : onClose())}
      bindings={isOver ? { Enter: onClose } : { Enter: send }}
      footer={
        <>
          <span className={styles.sending} aria-live="polite">
            {isSending ? text('actForm.sending') : ''}
          </span>
          {isOver ? (
            <Button kind="deep" chord="Enter" onPress={onClose} testId="act-close">
              {text('act.close')}
            </Button>
          ) : (
            <Button kind="primary" chord="Enter" isBusy={isSending} onPress={send} testId="act-send">
              {text(pressOf(act, part), { amount: words.amount })}
            </Button>
          )}
        </>
      }
    >
      <div className={styles.form}>
        <Panel tone="info" title={text(sentenceOf(act, part), words)} testId="act-sentence" />
        {part === 'agree' && exception.asked !== null ? <Asked asked={exception.asked} /> : null}
        {trouble === null ? null : (
          <ActTrouble
            trouble={trouble}
            isLost={isLostAnswer(trouble.problem?.code ?? null)}
            isOver={isOver}
          />
        )}
        <Field
          label={text('actForm.why')}
          hint={text('actForm.whyHint')}
          value={form.why}
          onChange={(why) => setForm({ ...form, why })}
          error={faultWords('why')}
          maxLength={WHY_LETTERS_MAX}
          isDisabled={isOver}
          inputRef={whyInput}
          testId="act-why"
        />
        <fieldset className={styles.by}>
          <legend className={styles.legend}>{text('actForm.by')}</legend>
          <CodeAndPinFields
            labels={{
              code: text(part === 'agree' ? 'actForm.codeSecond' : 'actForm.code'),
              pin: text('actForm.pin'),
            }}
            value={form}
            onChange={(by) => setForm({ ...form, ...by })}
            errors={{ code: sameWords ?? faultWords('code'), pin: faultWords('pin') }}
            isCodeDisabled={isOver}
            isPinDisabled={isOver}
            codeInput={codeInput}
            pinInput={pinInput}
            testId="act"
          />
        </fieldset>
      </div>
    </Dialog>
  )
}
