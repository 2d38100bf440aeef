// The find field: has the focus whenever nothing else is open. Enter finds what was typed; empty, it goes on to cash.
import { Button } from '#renderer/parts/button.tsx'
import { Field } from '#renderer/parts/field.tsx'
import { useKeys } from '#renderer/parts/keys.tsx'
import { useText } from '#renderer/parts/language.tsx'
import { Panel, ProblemDetails, useProblemWords } from '#renderer/parts/problem-panel.tsx'
import { shownScan } from '#renderer/parts/shown-scan.ts'
import { isTextKey } from '#renderer/text/catalog.ts'
import type { Problem } from '#contract/problem.ts'
import { Search } from 'lucide-react'
import { useEffect, useRef, useState } from 'react'
import type { Finding, FindTrouble } from './use-find.ts'
import styles from './find-bar.module.css'

type FindBarProps = {
  readonly finding: Finding
  readonly onShowReceipt: (text: string, paymentId: string | null) => void
  readonly onEmptyEnter: () => void
}

export function FindBar({ finding, onShowReceipt, onEmptyEnter }: FindBarProps) {
  const text = useText()
  const [typed, setTyped] = useState('')
  const input = useRef<HTMLInputElement>(null)
  useKeepFocus(input)
  const submit = () => {
    const wanted = typed.trim()
    if (wanted === '') return onEmptyEnter()
    finding.find(wanted)
    setTyped('')
  }
  useKeys({ Enter: submit, F2: () => input.current?.focus() })
  return (
    <div className={styles.find}>
      <div className={styles.row}>
        <Field
          label={text('find.label')}
          isLabelHidden
          placeholder={text('find.placeholder')}
          value={typed}
          onChange={setTyped}
          size="large"
          maxLength={2048}
          inputRef={input}
          testId="find"
          className={styles.field}
          suffix={<Search aria-hidden size={26} className={styles.icon} />}
        />
        <Button
          kind="deep"
          size="large"
          chord="F2"
          isBusy={finding.pendingCount > 0}
          onPress={() => (typed.trim() === '' ? input.current?.focus() : submit())}
        >
          {text(finding.pendingCount > 0 ? 'find.looking' : 'find.act')}
        </Button>
      </div>
      {finding.trouble === null ? null : (
        <Trouble trouble={finding.trouble} finding={finding} onShowReceipt={onShowReceipt} />
      )}
    </div>
  )
}

type TroubleProps = Pick<FindBarProps, 'finding' | 'onShowReceipt'> & { readonly trouble: FindTrouble }

function Trouble({ trouble, finding, onShowReceipt }: TroubleProps) {
  const text = useText()
  const { problem } = trouble
  const isPaid = problem?.code === 'bill_already_paid'
  const actions = (
    <>
      {isPaid ? (
        <Button onPress={() => onShowReceipt(trouble.text, null)}>{text('find.showReceipt')}</Button>
      ) : null}
      {mayWorkAgain(problem) ? (
        <Button onPress={() => finding.find(trouble.text)}>{text('act.tryAgain')}</Button>
      ) : null}
      <Button kind="quiet" chord="Escape" onPress={finding.clear}>
        {text('act.close')}
      </Button>
    </>
  )
  if (problem === null) {
    return (
      <Panel tone="warn" title={text('lost.title')} actions={actions} isAlert testId="problem-lost">
        <p>{text('lost.act')}</p>
      </Panel>
    )
  }
  return <KnownTrouble problem={problem} wanted={trouble.text} actions={actions} />
}

type KnownTroubleProps = {
  readonly problem: Problem
  readonly wanted: string
  readonly actions: React.ReactNode
}

function KnownTrouble({ problem, wanted, actions }: KnownTroubleProps) {
  const text = useText()
  const words = useProblemWords(problem)
  const reasonKey = `scanReason.${String(problem.data['reason'])}`
  const isScan = problem.code === 'scan_not_understood'
  const reason = isScan && isTextKey(reasonKey) ? <p data-testid="scan-reason">{text(reasonKey)}</p> : null
  // A scanner or a card reader that could not read has nothing to show.
  const isUnread = isScan && wanted === ''
  return (
    <Panel
      tone="warn"
      title={isUnread ? text('scan.unreadable') : words.what}
      actions={actions}
      isAlert
      testId={`problem-${problem.code}`}
    >
      {isUnread ? null : (
        <p className={styles.wanted} data-testid="find-wanted">
          {text(isScan ? 'scan.raw' : 'find.wanted', { text: shownScan(wanted) })}
        </p>
      )}
      {reason}
      {isUnread ? <p>{text('scan.unreadable.act')}</p> : <ProblemDetails problem={problem} />}
    </Panel>
  )
}

function mayWorkAgain(problem: Problem | null): boolean {
  const codes: readonly string[] = [
    'integrator_unreachable',
    'digit_unreachable',
    'digit_bad_answer',
    'too_many_requests',
    'not_ready',
    'store_busy',
    'internal',
  ]
  return problem === null || codes.includes(problem.code)
}

/** A click beside everything gives the focus back to the find field; other fields and dialogs keep theirs. */
function useKeepFocus(input: React.RefObject<HTMLInputElement | null>): void {
  useEffect(() => {
    const claim = () => {
      const hasOther = document.activeElement !== null && document.activeElement !== document.body
      if (!hasOther && document.querySelector('[role="dialog"]') === null) input.current?.focus()
    }
    claim()
    let frame = 0
    const later = () => {
      window.cancelAnimationFrame(frame)
      frame = window.requestAnimationFrame(claim)
    }
    window.addEventListener('focusout', later)
    window.addEventListener('click', later)
    return () => {
      window.cancelAnimationFrame(frame)
      window.removeEventListener('focusout', later)
      window.removeEventListener('click', later)
    }
  }, [input])
}
