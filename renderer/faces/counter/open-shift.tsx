// Open a shift (C1): the float in the drawer, counted by note and coin, or none. Shown by app.tsx.
import { formatInr } from '#contract/money.ts'
import type { Problem } from '#contract/problem.ts'
import { useNoteCounts } from '#renderer/faces/drawer/note-counts.ts'
import { NoteGrid } from '#renderer/faces/drawer/note-grid.tsx'
import { Button } from '#renderer/parts/button.tsx'
import { useKeys, useScan } from '#renderer/parts/keys.tsx'
import { useText } from '#renderer/parts/language.tsx'
import { problemOf } from '#renderer/parts/problem-of.ts'
import { Panel, ProblemPanel } from '#renderer/parts/problem-panel.tsx'
import { playTone } from '#renderer/parts/sound.ts'
import { useTapShield } from '#renderer/parts/tap-shield.ts'
import { useRefreshStatus, useStatus, useTerminal } from '#renderer/parts/terminal.tsx'
import type { ShiftClose } from '#rpc/shift.ts'
import { useQuery } from '@tanstack/react-query'
import { DoorOpen } from 'lucide-react'
import { useEffect, useState } from 'react'
import styles from './open-shift.module.css'

export function OpenShift() {
  const text = useText()
  const client = useTerminal()
  const refresh = useRefreshStatus()
  const { operator } = useStatus()
  const notes = useNoteCounts()
  const [isOpening, setOpening] = useState(false)
  const [trouble, setTrouble] = useState<{ readonly problem: Problem | null } | null>(null)
  const { inputs, totalPaise: total } = notes
  const last = useQuery({
    queryKey: ['last-close'],
    queryFn: () => client.shift.lastClose(),
    retry: false,
    gcTime: 0,
  })
  useEffect(() => inputs.current[0]?.focus(), [inputs])
  useTapShield('open-shift')

  const open = (withFloat: boolean) => {
    if (isOpening) return
    setOpening(true)
    setTrouble(null)
    const denominations = withFloat ? notes.denominations : []
    client.shift
      .open({ denominations })
      .then(() => refresh())
      .catch((error: unknown) => {
        setTrouble({ problem: problemOf(error) })
        playTone('attention')
      })
      .finally(() => setOpening(false))
  }
  const nextRow = () => {
    if (!notes.next() && total > 0) open(true)
  }
  useKeys({ Enter: nextRow })
  // There is nothing to find before a shift is open; a scan must not type into the counts.
  useScan(() => playTone('attention'))
  return (
    <main className={styles.screen}>
      <section className={styles.card}>
        <div className={styles.head}>
          <h1 className={styles.title}>{text('openShift.title')}</h1>
          <p>{text('openShift.hint', { name: operator?.name ?? '' })}</p>
        </div>
        <div className={styles.columns}>
          <NoteGrid notes={notes} isDisabled={isOpening} />
          <div className={styles.side}>
            <div>
              <p className={styles.label}>{text('openShift.total')}</p>
              <p className={styles.total} aria-live="polite" data-testid="float-total">
                {formatInr(total)}
              </p>
            </div>
            {last.data === undefined || last.data === null || last.data.countedPaise === 0 ? null : (
              <LastClose
                close={last.data}
                onTakeOver={isOpening ? null : () => notes.fill(last.data?.denominations ?? [])}
              />
            )}
            {trouble === null ? null : trouble.problem === null ? (
              <Panel tone="warn" title={text('lost.title')} isAlert>
                <p>{text('lost.act')}</p>
              </Panel>
            ) : (
              <ProblemPanel problem={trouble.problem} />
            )}
            <div className={styles.acts}>
              <Button isDisabled={isOpening || total > 0} onPress={() => open(false)} testId="no-float">
                {text('openShift.noFloat')}
              </Button>
              <Button
                kind="primary"
                size="large"
                icon={DoorOpen}
                isDisabled={isOpening || total === 0}
                onPress={() => open(true)}
                testId="open-shift"
              >
                {text('openShift.act', { amount: formatInr(total) })}
              </Button>
            </div>
          </div>
        </div>
      </section>
    </main>
  )
}

type LastCloseProps = { readonly close: ShiftClose; readonly onTakeOver: (() => void) | null }

/** The same drawer: what the shift before left in it, as a help for the count. */
function LastClose({ close, onTakeOver }: LastCloseProps) {
  const text = useText()
  const amount = formatInr(close.countedPaise)
  return (
    <div className={styles.last} data-testid="last-close">
      <p>{text('close.drawer', { number: close.number, amount })}</p>
      <Button isDisabled={onTakeOver === null} onPress={() => onTakeOver?.()} testId="take-over-count">
        {text('close.takeOver')}
      </Button>
    </div>
  )
}
