// What became of a payment, line by line in the words that its receipt and the supervisor's list have too (contract/words/outcome-words.ts).
// Used by the queue and the receipt screen.
import type { OutcomeFacts } from '#contract/words/outcome-words.ts'
import { useText } from './language.tsx'
import { outcomeWordsOf, postingWords } from './payment-words.ts'
import { StatusMark } from './status-mark.tsx'

export function OutcomeLines({
  facts,
  className,
}: {
  readonly facts: OutcomeFacts
  readonly className?: string | undefined
}) {
  const text = useText()
  const [state, ...more] = outcomeWordsOf(text, facts)
  const { tone } = postingWords(facts.state)
  return (
    <div data-testid="outcome-lines">
      <StatusMark tone={facts.heldPaise > 0 ? 'warn' : tone}>{state}</StatusMark>
      {more.map((line) => (
        <p key={line} className={className}>
          {line}
        </p>
      ))}
    </div>
  )
}
