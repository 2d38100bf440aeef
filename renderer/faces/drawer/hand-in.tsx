// Hand in cash: what leaves the drawer, counted or as a sum, and the code and PIN of the supervisor who takes it. The PIN lives in this
// form only, until it is sent. After a lost answer the same wish goes out again, under the same id: it is done once.
import { operatorCodeIn } from '#contract/badge.ts'
import { formatInr, paise } from '#contract/money.ts'
import { Button } from '#renderer/parts/button.tsx'
import { CodeAndPinFields } from '#renderer/parts/code-and-pin.tsx'
import { Field } from '#renderer/parts/field.tsx'
import { latinDigits } from '#renderer/parts/ist.ts'
import { useKeys, useScan } from '#renderer/parts/keys.tsx'
import { useText } from '#renderer/parts/language.tsx'
import { CODE_CHARS_MAX, PIN_DIGITS_MIN } from '#renderer/parts/pin.ts'
import { isCertainlyNotTaken, problemOf } from '#renderer/parts/problem-of.ts'
import { Panel } from '#renderer/parts/problem-panel.tsx'
import { playTone } from '#renderer/parts/sound.ts'
import { useRefreshStatus, useTerminal } from '#renderer/parts/terminal.tsx'
import type { HandIn as HandInRecord } from '#rpc/shift.ts'
import { HandCoins } from 'lucide-react'
import { useEffect, useRef, useState } from 'react'
import { Head } from './drawer-head.tsx'
import { DrawerTrouble } from './drawer-trouble.tsx'
import { useNoteCounts } from './note-counts.ts'
import { NoteGrid } from './note-grid.tsx'
import { SlipNote } from './slip-note.tsx'
import type { Slip } from './use-slip.ts'
import styles from './drawer.module.css'

const AMOUNT_DIGITS_MAX = 8

type HandInProps = { readonly onBack: () => void; readonly onDone: (record: HandInRecord) => void }

export function HandIn({ onBack, onDone }: HandInProps) {
  const text = useText()
  const client = useTerminal()
  const refresh = useRefreshStatus()
  const notes = useNoteCounts()
  const [handInId] = useState(() => crypto.randomUUID())
  const [amount, setAmount] = useState('')
  const [by, setBy] = useState({ code: '', pin: '' })
  const [isSending, setSending] = useState(false)
  const [error, setError] = useState<unknown>(null)
  const codeInput = useRef<HTMLInputElement>(null)
  const pinInput = useRef<HTMLInputElement>(null)
  const firstInput = notes.inputs
  useEffect(() => firstInput.current[0]?.focus(), [firstInput])
  const isCounted = notes.totalPaise > 0
  const totalPaise = isCounted ? notes.totalPaise : paise(Number(amount) * 100)
  const { code, pin } = by
  const isReady = totalPaise > 0 && code.trim() !== '' && pin.length >= PIN_DIGITS_MIN && !isSending
  const problem = error === null ? null : problemOf(error)
  // Whether it was done is not known: what was asked for stays as it is.
  const isFixed = error !== null && (problem === null || !isCertainlyNotTaken(problem.code))

  const send = () => {
    if (!isReady) return
    setSending(true)
    client.shift
      .handIn({
        handInId,
        cash: isCounted
          ? { by: 'notes', denominations: notes.denominations }
          : { by: 'amount', amountPaise: totalPaise },
        receiver: { operatorCode: code.trim(), pin },
      })
      .then(async (record) => {
        await refresh()
        onDone(record)
      })
      .catch((thrown: unknown) => {
        setError(thrown)
        playTone('attention')
        pinInput.current?.focus()
      })
      .finally(() => {
        setBy((before) => ({ ...before, pin: '' }))
        setSending(false)
      })
  }
  const enter = () => {
    if (isReady) return send()
    if (document.activeElement !== codeInput.current && notes.next()) return
    if (totalPaise === 0) return firstInput.current[0]?.focus()
    if (code.trim() === '') codeInput.current?.focus()
    else pinInput.current?.focus()
  }
  const back = () => (isSending ? undefined : onBack())
  useKeys({ Enter: enter, Escape: back })
  useScan((scanned) => {
    const scannedCode = operatorCodeIn(scanned)
    if (isFixed || isSending || scannedCode === null || scannedCode.length > CODE_CHARS_MAX)
      return playTone('attention')
    playTone('scan')
    setBy((before) => ({ ...before, code: scannedCode }))
    pinInput.current?.focus()
  })
  const isLocked = isSending || isFixed
  return (
    <div className={styles.screen} data-testid="hand-in">
      <Head title={text('handIn.title')} onBack={back} isDisabled={isSending} />
      <div className={styles.columns}>
        <section className={styles.card} aria-label={text('handIn.hint')}>
          <p>{text('handIn.hint')}</p>
          <NoteGrid notes={notes} isDisabled={isLocked || amount !== ''} />
        </section>
        <section className={styles.card} aria-label={text('handIn.by')}>
          <div>
            <p className={styles.label}>{text('handIn.total')}</p>
            <p className={styles.total} aria-live="polite" data-testid="hand-in-total">
              {formatInr(totalPaise)}
            </p>
          </div>
          <Field
            label={text('handIn.amount')}
            kind="digits"
            value={amount}
            onChange={(typed) => setAmount(latinDigits(typed).replace(/\D/g, '').slice(0, AMOUNT_DIGITS_MAX))}
            isDisabled={isLocked || isCounted}
            testId="hand-in-amount"
          />
          <fieldset className={styles.by}>
            <legend className={styles.legend}>{text('handIn.by')}</legend>
            <CodeAndPinFields
              labels={{ code: text('handIn.code'), pin: text('handIn.pin') }}
              value={by}
              onChange={setBy}
              isCodeDisabled={isLocked}
              isPinDisabled={isSending}
              codeInput={codeInput}
              pinInput={pinInput}
              testId="hand-in"
            />
          </fieldset>
          <DrawerTrouble error={error} />
          <Button
            kind="primary"
            size="large"
            icon={HandCoins}
            chord="Enter"
            isDisabled={!isReady}
            onPress={send}
            testId="hand-in-act"
          >
            {isSending ? text('handIn.acting') : text('handIn.act', { amount: formatInr(totalPaise) })}
          </Button>
        </section>
      </div>
    </div>
  )
}

type HandedInProps = {
  readonly record: HandInRecord
  readonly slip: Slip
  readonly onBack: () => void
}

export function HandedIn({ record, slip, onBack }: HandedInProps) {
  const text = useText()
  useKeys({ Enter: onBack, Escape: onBack })
  useScan(() => playTone('attention'))
  const { amountPaise, receivedByName, shiftNumber, number, cashLeftPaise } = record
  return (
    <div className={styles.screen} data-testid="handed-in">
      <Head title={text('handIn.title')} onBack={onBack} />
      <Panel
        tone="ok"
        title={text('handIn.done', { amount: formatInr(amountPaise), name: receivedByName })}
        isAlert
      >
        <p>{text('handIn.number', { number: `${shiftNumber}-${number}`, left: formatInr(cashLeftPaise) })}</p>
      </Panel>
      <section className={styles.card} aria-label={text('slip.printed')}>
        <SlipNote slip={slip} recordId={record.id} />
        <Button kind="primary" size="large" chord="Enter" onPress={onBack} testId="handed-in-next">
          {text('close.next')}
        </Button>
      </section>
    </div>
  )
}
