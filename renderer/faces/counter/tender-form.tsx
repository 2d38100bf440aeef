// Cheque, draft, postal order, bank transfer or card slip: what is written on it, each thing once.
import { formatInr } from '#contract/money.ts'
import { Button } from '#renderer/parts/button.tsx'
import { Field } from '#renderer/parts/field.tsx'
import { parseIstDate } from '#renderer/parts/ist.ts'
import { useKeys } from '#renderer/parts/keys.tsx'
import { useDateText, useText } from '#renderer/parts/language.tsx'
import { modeWord } from '#renderer/parts/payment-words.ts'
import { useStatus } from '#renderer/parts/terminal.tsx'
import { ArrowLeft, Check } from 'lucide-react'
import { useEffect, useRef, useState } from 'react'
import {
  emptyForm,
  FORM_FIELDS,
  formErrors,
  instrumentOf,
  shapeField,
  type FieldName,
  type FormMode,
} from './instrument-form.ts'
import { Due, type EntryProps } from './tender-cash.tsx'
import styles from './tender-form.module.css'

const DIGIT_FIELDS: readonly FieldName[] = ['number', 'date', 'lastFour']

export function TenderForm({
  mode,
  totalPaise,
  isTaking,
  onTake,
  onBack,
}: EntryProps & { readonly mode: FormMode }) {
  const text = useText()
  const dateText = useDateText()
  const { nowMs } = useStatus()
  const [values, setValues] = useState(() => emptyForm(nowMs))
  const [left, setLeft] = useState<ReadonlySet<FieldName>>(new Set())
  const [hasTried, setTried] = useState(false)
  const first = useRef<HTMLInputElement>(null)
  useEffect(() => first.current?.focus(), [])
  const errors = formErrors(mode, values, nowMs)
  const take = () => {
    const instrument = instrumentOf(mode, values, nowMs)
    setTried(true)
    if (instrument !== null && !isTaking) onTake(instrument)
  }
  useKeys(isTaking ? {} : { Enter: take })
  const dateMs = parseIstDate(values.date)
  const errorOf = (name: FieldName): string | null => {
    const key = errors[name]
    const isShown = hasTried || (left.has(name) && values[name] !== '')
    return key === undefined || !isShown ? null : text(key)
  }
  const hintOf = (name: FieldName): string | null => {
    if (name === 'date') return dateMs === null ? text('form.hint.date') : dateText(dateMs)
    if (name === 'ifsc') return text('form.hint.ifsc')
    if (name === 'rrn') return text('form.hint.rrn')
    return null
  }
  return (
    <section className={styles.form} aria-label={text(modeWord(mode))}>
      <div className={styles.head}>
        <Due label={text('tender.due')} amountPaise={totalPaise} />
        <p className={styles.note}>{text(mode === 'CARD' ? 'form.note.card' : 'form.note.paper')}</p>
      </div>
      <div className={styles.fields}>
        {FORM_FIELDS[mode].map((name, at) => (
          <Field
            key={name}
            label={text(labelOf(name, mode))}
            value={values[name]}
            onChange={(typed) => setValues({ ...values, [name]: shapeField(name, typed) })}
            onBlur={() => setLeft(new Set([...left, name]))}
            error={errorOf(name)}
            hint={hintOf(name)}
            kind={DIGIT_FIELDS.includes(name) ? 'digits' : 'text'}
            isDisabled={isTaking}
            testId={`form-${name}`}
            {...(at === 0 ? { inputRef: first } : {})}
          />
        ))}
      </div>
      <div className={styles.actions}>
        <Button size="large" icon={ArrowLeft} chord="Escape" isDisabled={isTaking} onPress={onBack}>
          {text('act.back')}
        </Button>
        <Button
          kind="primary"
          size="large"
          icon={Check}
          chord="Enter"
          isDisabled={isTaking}
          onPress={take}
          testId="take"
        >
          {isTaking
            ? text('tender.taking')
            : text('tender.takeBy', { amount: formatInr(totalPaise), mode: text(modeWord(mode)) })}
        </Button>
      </div>
    </section>
  )
}

function labelOf(name: FieldName, mode: FormMode) {
  if (name === 'number')
    return `form.number.${mode === 'DD' || mode === 'POSTAL_ORDER' ? mode : 'CHEQUE'}` as const
  if (name === 'date')
    return mode === 'OFFLINE_NEFT' || mode === 'OFFLINE_RTGS' ? 'form.dateTransfer' : 'form.date'
  return `form.${name}` as const
}
