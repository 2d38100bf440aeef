// What waits for a person: a list by kind, one of them in full, and the acts a supervisor may take. The list is at the office; without
// the office it cannot be decided here, and the till shows what it knows of its own. Loaded when first opened; shown by counter.tsx
// and, before a shift is open, by supervisor-desk.tsx.
import type { Exception, ExceptionAct } from '#contract/exceptions-api.ts'
import { formatInr } from '#contract/money.ts'
import { Button } from '#renderer/parts/button.tsx'
import { CallTrouble } from '#renderer/parts/call-trouble.tsx'
import { Field } from '#renderer/parts/field.tsx'
import { useKeys, useScan } from '#renderer/parts/keys.tsx'
import { useText } from '#renderer/parts/language.tsx'
import { problemOf } from '#renderer/parts/problem-of.ts'
import { Panel } from '#renderer/parts/problem-panel.tsx'
import { playTone } from '#renderer/parts/sound.ts'
import { useTerminal } from '#renderer/parts/terminal.tsx'
import type { TextKey } from '#renderer/text/catalog.ts'
import type { ExceptionList } from '#rpc/supervisor.ts'
import { useQuery } from '@tanstack/react-query'
import { ArrowLeft, RefreshCw } from 'lucide-react'
import { useState } from 'react'
import { ActDialog, type ActResult } from './act-dialog.tsx'
import { exceptionKey, fittingExceptions, groupExceptions, scannedException } from './exception-groups.ts'
import { ExceptionDetail } from './exception-detail.tsx'
import { ExceptionRows } from './exception-rows.tsx'
import { OfficeNeeded } from './office-needed.tsx'
import { ResultPanel } from './result-panel.tsx'
import styles from './exceptions.module.css'

const POLL_MS = 10_000

type ExceptionsProps = {
  readonly onBack: () => void
  readonly backWord: TextKey
  /** A scan that is none of these: a bill, for the counter. */
  readonly onScanOther?: (text: string) => void
}

export function Exceptions({ onBack, backWord, onScanOther }: ExceptionsProps) {
  const text = useText()
  const client = useTerminal()
  const list = useQuery({
    queryKey: ['exceptions'],
    queryFn: () => client.exceptions.list(),
    refetchInterval: POLL_MS,
    retry: false,
  })
  const lookAgain = () => void list.refetch()
  const back = (
    <Button icon={ArrowLeft} chord="Escape" onPress={onBack}>
      {text(backWord)}
    </Button>
  )
  useKeys({ Escape: onBack })
  if (problemOf(list.error)?.code === 'integrator_unreachable') {
    return <OfficeNeeded back={back} isAsking={list.isFetching} onTry={lookAgain} />
  }
  if (list.data === undefined) {
    return (
      <div className={styles.plain}>
        <h1 className={styles.title}>{text('exceptions.title')}</h1>
        {list.error === null ? (
          <output className={styles.none}>{text('exceptions.loading')}</output>
        ) : (
          <ListTrouble error={list.error} onTry={lookAgain} />
        )}
        <div className={styles.foot}>{back}</div>
      </div>
    )
  }
  return (
    <Found
      list={list.data}
      error={list.error}
      back={back}
      onScanOther={onScanOther}
      onLookAgain={lookAgain}
    />
  )
}

type FoundProps = {
  readonly list: ExceptionList
  /** The last look failed; the list is the one before. */
  readonly error: Error | null
  readonly back: React.ReactNode
  readonly onScanOther: ((text: string) => void) | undefined
  readonly onLookAgain: () => void
}

type Deciding = { readonly exception: Exception; readonly act: ExceptionAct }

function Found({ list, error, back, onScanOther, onLookAgain }: FoundProps) {
  const text = useText()
  const [typed, setTyped] = useState('')
  const [chosen, setChosen] = useState<string | null>(null)
  const [deciding, setDeciding] = useState<Deciding | null>(null)
  const [result, setResult] = useState<ActResult | null>(null)
  const fitting = fittingExceptions(list.exceptions, typed)
  const groups = groupExceptions(fitting)
  const inOrder = groups.flatMap(({ exceptions }) => exceptions)
  const shown = inOrder.find((one) => exceptionKey(one) === chosen) ?? inOrder[0] ?? null
  const [firstAct] = shown?.acts ?? []
  useKeys(
    shown === null || firstAct === undefined
      ? {}
      : { Enter: () => setDeciding({ exception: shown, act: firstAct }) },
  )
  useScan((scanned) => {
    const found = scannedException(list.exceptions, scanned)
    if (found === null) return onScanOther === undefined ? playTone('attention') : onScanOther(scanned)
    playTone('scan')
    setTyped('')
    setChosen(exceptionKey(found))
  })
  return (
    <div className={styles.screen}>
      <section className={styles.left} aria-label={text('exceptions.label')}>
        <h1 className={styles.title}>{text('exceptions.title')}</h1>
        {list.totalCount === 0 ? null : (
          <p className={styles.total} data-testid="exceptions-total">
            {text('exceptions.total', { count: list.totalCount, amount: formatInr(list.totalPaise) })}
          </p>
        )}
        {list.totalCount > list.exceptions.length ? (
          <p className={styles.small}>
            {text('exceptions.shown', { shown: list.exceptions.length, count: list.totalCount })}
          </p>
        ) : null}
        {error === null ? null : <ListTrouble error={error} onTry={onLookAgain} />}
        {list.exceptions.length === 0 ? (
          <Panel tone="ok" title={text('exceptions.empty')} testId="exceptions-empty">
            <p>{text('exceptions.emptyHint')}</p>
          </Panel>
        ) : (
          <Field
            label={text('exceptions.find')}
            isLabelHidden
            placeholder={text('exceptions.findPlaceholder')}
            value={typed}
            onChange={setTyped}
            maxLength={128}
            testId="exceptions-find"
          />
        )}
        {inOrder.length === 0 ? null : (
          <ExceptionRows
            groups={groups}
            chosen={shown === null ? null : exceptionKey(shown)}
            onChoose={setChosen}
          />
        )}
        <div className={styles.foot}>{back}</div>
      </section>
      <div className={styles.right}>
        {result === null ? null : <ResultPanel result={result} />}
        {shown === null && list.exceptions.length > 0 ? (
          <p className={styles.blank}>{text('exceptions.noneFits')}</p>
        ) : null}
        {shown === null ? null : (
          <ExceptionDetail
            key={exceptionKey(shown)}
            exception={shown}
            onAct={(act) => setDeciding({ exception: shown, act })}
          />
        )}
      </div>
      {deciding === null ? null : (
        <ActDialog
          exception={deciding.exception}
          act={deciding.act}
          onResult={(came) => {
            setResult(came)
            setDeciding(null)
            onLookAgain()
          }}
          onLookAgain={onLookAgain}
          onClose={() => setDeciding(null)}
        />
      )}
    </div>
  )
}

function ListTrouble({ error, onTry }: { readonly error: unknown; readonly onTry: () => void }) {
  const text = useText()
  const again = (
    <Button icon={RefreshCw} onPress={onTry}>
      {text('act.tryAgain')}
    </Button>
  )
  return <CallTrouble error={error} actions={again} />
}
