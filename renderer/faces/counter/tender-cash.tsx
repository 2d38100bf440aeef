// Cash: what is due, what was given, what goes back. The exact amount stands ready; five likely tenders are one key away.
import { formatInr, subtractPaise, ZERO_PAISE, type Paise } from '#contract/money.ts'
import { suggestTenders } from '#contract/tender.ts'
import { paiseFromTyped, rupeeDigits } from '#renderer/parts/amount-text.ts'
import { Button, KeyCap } from '#renderer/parts/button.tsx'
import { classNames } from '#renderer/parts/class-names.ts'
import { Field } from '#renderer/parts/field.tsx'
import { SUGGESTION_KEYS } from '#renderer/parts/key-map.ts'
import { useKeys } from '#renderer/parts/keys.tsx'
import { useText } from '#renderer/parts/language.tsx'
import { NumberPad } from '#renderer/parts/number-pad.tsx'
import type { TenderedInstrument } from '#rpc/procedures.ts'
import { ArrowLeft, Banknote } from 'lucide-react'
import { useEffect, useRef, useState } from 'react'
import { Button as AriaButton } from 'react-aria-components'
import { NotePlan } from './note-plan.tsx'
import styles from './tender-cash.module.css'

export type EntryProps = {
  readonly totalPaise: Paise
  readonly isTaking: boolean
  readonly onTake: (instrument: TenderedInstrument) => void
  readonly onBack: () => void
}

export function TenderCash({ totalPaise, isTaking, onTake, onBack }: EntryProps) {
  const text = useText()
  const exact = rupeeDigits(String(totalPaise / 100))
  const [given, setGiven] = useState(exact)
  // The exact amount is only a proposal: the first digit typed replaces it.
  const [isProposal, setProposal] = useState(true)
  const input = useRef<HTMLInputElement>(null)
  useEffect(() => input.current?.focus(), [])
  const givenPaise = paiseFromTyped(given) ?? ZERO_PAISE
  const isEnough = givenPaise >= totalPaise
  const suggestions = suggestTenders(totalPaise)
  const give = (amountPaise: Paise) => {
    setGiven(String(amountPaise / 100))
    setProposal(false)
  }
  const append = (digits: string) => {
    setGiven(rupeeDigits((isProposal ? '' : given) + digits))
    setProposal(false)
  }
  const type = (typed: string) => {
    const digits = rupeeDigits(typed)
    const isAddition = isProposal && digits.length > exact.length && digits.startsWith(exact)
    setGiven(isAddition ? digits.slice(exact.length) : digits)
    setProposal(false)
  }
  const take = () => {
    if (isEnough && !isTaking) onTake({ mode: 'CASH', tenderedPaise: givenPaise })
  }
  const suggestionKeys = Object.fromEntries(
    suggestions.flatMap((amount, at) => {
      const chord = SUGGESTION_KEYS[at]
      return chord === undefined ? [] : [[chord, () => give(amount)]]
    }),
  )
  useKeys(isTaking ? {} : { ...suggestionKeys, Enter: take })
  return (
    <section className={styles.cash} aria-label={text('mode.CASH')}>
      <div className={styles.figures}>
        <Due label={text('tender.due')} amountPaise={totalPaise} />
        <Field
          label={text('tender.given')}
          kind="digits"
          prefix="₹"
          size="large"
          value={given}
          onChange={type}
          inputRef={input}
          isDisabled={isTaking}
          testId="given"
          className={styles.given}
        />
        <Change givenPaise={givenPaise} totalPaise={totalPaise} />
      </div>
      <div className={styles.entry}>
        <fieldset aria-label={text('tender.suggestions')} className={styles.suggestions}>
          {suggestions.map((amount, at) => (
            <AriaButton
              key={amount}
              isDisabled={isTaking}
              preventFocusOnPress
              onPress={() => give(amount)}
              data-testid={`suggestion-${at + 1}`}
              className={classNames(styles.suggestion, amount === givenPaise && styles.chosen)}
            >
              <KeyCap chord={SUGGESTION_KEYS[at] ?? ''} />
              <span>{formatInr(amount)}</span>
            </AriaButton>
          ))}
        </fieldset>
        <NumberPad
          label={text('tender.pad')}
          extra="00"
          isDisabled={isTaking}
          onDigits={append}
          onBackspace={() => {
            setGiven(given.slice(0, -1))
            setProposal(false)
          }}
        />
      </div>
      <div className={styles.actions}>
        <Button size="large" icon={ArrowLeft} chord="Escape" isDisabled={isTaking} onPress={onBack}>
          {text('act.back')}
        </Button>
        <Button
          kind="primary"
          size="large"
          icon={Banknote}
          chord="Enter"
          isDisabled={!isEnough || isTaking}
          onPress={take}
          testId="take"
        >
          {isTaking ? text('tender.taking') : text('tender.takeCash', { amount: formatInr(totalPaise) })}
        </Button>
      </div>
    </section>
  )
}

export function Due({ label, amountPaise }: { readonly label: string; readonly amountPaise: Paise }) {
  return (
    <div>
      <p className={styles.label}>{label}</p>
      <p className={styles.due} data-testid="amount-due">
        {formatInr(amountPaise)}
      </p>
    </div>
  )
}

type ChangeProps = { readonly givenPaise: Paise; readonly totalPaise: Paise }

function Change({ givenPaise, totalPaise }: ChangeProps) {
  const text = useText()
  const isEnough = givenPaise >= totalPaise
  const difference = isEnough ? subtractPaise(givenPaise, totalPaise) : subtractPaise(totalPaise, givenPaise)
  return (
    <div className={classNames(styles.change, !isEnough && styles.short)} aria-live="polite">
      <p className={styles.label}>{text(isEnough ? 'tender.change' : 'tender.short')}</p>
      <p className={styles.changeAmount} data-testid="change">
        {formatInr(difference)}
      </p>
      {isEnough ? <NotePlan amountPaise={difference} /> : null}
    </div>
  )
}
