// The office's limits that are near (amber) or reached (red), and a clock that is off. Shown among the strips of every counter
// screen; what a red one stops is cash alone, and it says so.
import type { LimitStanding } from '#contract/limits.ts'
import { formatInr, paise } from '#contract/money.ts'
import { ageText } from '#renderer/parts/age-text.ts'
import { Button } from '#renderer/parts/button.tsx'
import { classNames } from '#renderer/parts/class-names.ts'
import { useText } from '#renderer/parts/language.tsx'
import { StatusShape } from '#renderer/parts/status-mark.tsx'
import { useStatus } from '#renderer/parts/terminal.tsx'
import type { Text } from '#renderer/text/catalog.ts'
import styles from './strips.module.css'

type LimitStripsProps = { readonly onHandIn: (() => void) | null; readonly onShift: (() => void) | null }

/** What a strip asks for is one press away. */
export function LimitStrips({ onHandIn, onShift }: LimitStripsProps) {
  const { limits } = useStatus()
  // What stops money stands above what only comes near.
  const ordered = limits.toSorted((a, b) => Number(b.level === 'stop') - Number(a.level === 'stop'))
  const acts = { cashInHand: onHandIn, shift: onShift }
  return ordered.map((standing) => (
    <LimitStrip
      key={standing.limit}
      standing={standing}
      onAct={standing.limit === 'cashInHand' || standing.limit === 'shift' ? acts[standing.limit] : null}
    />
  ))
}

type LimitStripProps = { readonly standing: LimitStanding; readonly onAct: (() => void) | null }

function LimitStrip({ standing, onAct }: LimitStripProps) {
  const text = useText()
  const { limit, level } = standing
  const isStop = level === 'stop'
  const values = {
    value: limitText(text, standing, standing.value),
    max: limitText(text, standing, standing.max),
  }
  return (
    <div className={classNames(isStop ? styles.stop : styles.plain)} data-testid={`limit-${level}-${limit}`}>
      <StatusShape tone={isStop ? 'error' : 'warn'} />
      <span>
        <strong>{text(isStop ? `limit.stop.${limit}` : `limit.warn.${limit}`)}</strong>{' '}
        {text(`limit.value.${limit}`, values)} {isStop ? text('limit.stop.others') : null}
      </span>
      {onAct === null ? null : (
        <Button onPress={onAct} testId={`limit-act-${limit}`} className={styles.act}>
          {text(limit === 'shift' ? 'nav.shift' : 'handIn.open')}
        </Button>
      )}
    </div>
  )
}

function limitText(text: Text, { limit }: LimitStanding, value: number): string {
  if (limit === 'offline') return ageText(text, 0, value)
  return limit === 'unsentCount' ? String(value) : formatInr(paise(value))
}

export function ClockStrip() {
  const text = useText()
  const { clock } = useStatus()
  if (clock.level === 'ok') return null
  const isStop = clock.level === 'stop'
  return (
    <p className={isStop ? styles.stop : styles.plain} data-testid={`clock-${clock.level}`}>
      <StatusShape tone={isStop ? 'error' : 'warn'} />
      <span>
        <strong>{isStop ? text('clock.stop') : driftText(text, clock.driftMs)}</strong>{' '}
        {isStop && clock.driftMs !== null ? `${driftText(text, clock.driftMs)} ` : null}
        {text(isStop ? 'clock.stopAct' : 'clock.warnAct')}
      </span>
    </p>
  )
}

function driftText(text: Text, driftMs: number | null): string {
  const age = ageText(text, 0, Math.abs(driftMs ?? 0))
  return text((driftMs ?? 0) > 0 ? 'clock.ahead' : 'clock.behind', { age })
}
