// Open a shift (C1): the float in the drawer, counted by note and coin, or none. Shown by app.tsx.
import { addPaise, formatInr, paise, ZERO_PAISE } from '#contract/money.ts'
import type { Problem } from '#contract/problem.ts'
import { DENOMINATIONS_PAISE } from '#contract/tender.ts'
import { Button } from '#renderer/parts/button.tsx'
import { Field } from '#renderer/parts/field.tsx'
import { latinDigits } from '#renderer/parts/ist.ts'
import { useKeys, useScan } from '#renderer/parts/keys.tsx'
import { useText } from '#renderer/parts/language.tsx'
import { problemOf } from '#renderer/parts/problem-of.ts'
import { Panel, ProblemPanel } from '#renderer/parts/problem-panel.tsx'
import { playTone } from '#renderer/parts/sound.ts'
import { useTapShield } from '#renderer/parts/tap-shield.ts'
import { useRefreshStatus, useStatus, useTerminal } from '#renderer/parts/terminal.tsx'
import { DoorOpen } from 'lucide-react'
import { useEffect, useRef, useState } from 'react'
import styles from './open-shift.module.css'

const COUNT_DIGITS_MAX = 5

export function OpenShift() {
  const text = useText()
  const client = useTerminal()
  const refresh = useRefreshStatus()
  const { operator } = useStatus()
  const [counts, setCounts] = useState<readonly string[]>(() => DENOMINATIONS_PAISE.map(() => ''))
  const [isOpening, setOpening] = useState(false)
  const [trouble, setTrouble] = useState<{ readonly problem: Problem | null } | null>(null)
  const inputs = useRef<(HTMLInputElement | null)[]>([])
  useEffect(() => inputs.current[0]?.focus(), [])
  useTapShield('open-shift')
  const rows = DENOMINATIONS_PAISE.map((denominationPaise, at) => {
    const count = Number(counts[at] ?? '')
    return { denominationPaise, count, sumPaise: paise(denominationPaise * count) }
  })
  const total = addPaise(ZERO_PAISE, ...rows.map(({ sumPaise }) => sumPaise))

  const open = (withFloat: boolean) => {
    if (isOpening) return
    setOpening(true)
    setTrouble(null)
    const denominations = withFloat
      ? rows
          .filter(({ count }) => count > 0)
          .map(({ denominationPaise, count }) => ({ denominationPaise, count }))
      : []
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
    const at = inputs.current.findIndex((input) => input === document.activeElement)
    const next = inputs.current[at + 1]
    if (at >= 0 && next !== undefined && next !== null) {
      next.focus()
      next.select()
    } else if (total > 0) open(true)
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
          <ol className={styles.rows}>
            {rows.map(({ denominationPaise, sumPaise }, at) => (
              <li key={denominationPaise} className={styles.row}>
                <span className={styles.note}>{formatInr(denominationPaise)}</span>
                <span aria-hidden>×</span>
                <Field
                  label={text('openShift.count', { note: formatInr(denominationPaise) })}
                  isLabelHidden
                  kind="digits"
                  value={counts[at] ?? ''}
                  onChange={(typed) => {
                    const digits = latinDigits(typed).replace(/\D/g, '').slice(0, COUNT_DIGITS_MAX)
                    setCounts(counts.map((count, index) => (index === at ? digits : count)))
                  }}
                  inputRef={(element) => {
                    inputs.current[at] = element
                  }}
                  isDisabled={isOpening}
                  testId={`count-${denominationPaise / 100}`}
                  className={styles.count}
                />
                <span className={styles.sum}>{formatInr(sumPaise)}</span>
              </li>
            ))}
          </ol>
          <div className={styles.side}>
            <div>
              <p className={styles.label}>{text('openShift.total')}</p>
              <p className={styles.total} aria-live="polite" data-testid="float-total">
                {formatInr(total)}
              </p>
            </div>
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
