// Which notes and coins make an amount: `1 × ₹200 · 1 × ₹50`. The fewest that do.
import { formatInr, type Paise } from '#contract/money.ts'
import { planNotes } from '#contract/tender.ts'
import { useText } from '#renderer/parts/language.tsx'
import styles from './note-plan.module.css'

export function NotePlan({ amountPaise }: { readonly amountPaise: Paise }) {
  const text = useText()
  const plan = planNotes(amountPaise)
  if (plan.length === 0) return <p>{text('tender.noChange')}</p>
  return (
    <ul className={styles.plan} aria-label={text('tender.notePlan')}>
      {plan.map(({ denominationPaise, count }) => (
        <li key={denominationPaise}>
          {count} × {formatInr(denominationPaise)}
        </li>
      ))}
    </ul>
  )
}
