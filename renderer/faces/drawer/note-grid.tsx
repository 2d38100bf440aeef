// The rows in which notes and coins are counted: what each is worth, how many, and what that makes.
import { formatInr } from '#contract/money.ts'
import { Field } from '#renderer/parts/field.tsx'
import { latinDigits } from '#renderer/parts/ist.ts'
import { useText } from '#renderer/parts/language.tsx'
import type { NoteCounts } from './note-counts.ts'
import styles from './note-grid.module.css'

const COUNT_DIGITS_MAX = 5

type NoteGridProps = { readonly notes: NoteCounts; readonly isDisabled: boolean }

export function NoteGrid({ notes, isDisabled }: NoteGridProps) {
  const text = useText()
  return (
    <ol className={styles.rows}>
      {notes.rows.map(({ denominationPaise, typed, sumPaise }, at) => (
        <li key={denominationPaise} className={styles.row}>
          <span className={styles.note}>{formatInr(denominationPaise)}</span>
          <span aria-hidden>×</span>
          <Field
            label={text('openShift.count', { note: formatInr(denominationPaise) })}
            isLabelHidden
            kind="digits"
            value={typed}
            onChange={(value) =>
              notes.type(at, latinDigits(value).replace(/\D/g, '').slice(0, COUNT_DIGITS_MAX))
            }
            inputRef={(element) => {
              notes.inputs.current[at] = element
            }}
            isDisabled={isDisabled}
            testId={`count-${denominationPaise / 100}`}
            className={styles.count}
          />
          <span className={styles.sum}>{formatInr(sumPaise)}</span>
        </li>
      ))}
    </ol>
  )
}
