// Tender (C3): how the money comes, for exactly the bills of the cart. Shown by counter.tsx. While money is moving
// nothing here can be left or pressed again; a lost answer ends in one of four fixed outcomes, never in an error.
import type { PaymentMode } from '#contract/bill.ts'
import { addPaise, formatInr, type Paise } from '#contract/money.ts'
import type { Payer } from '#contract/payment.ts'
import { TenderCard } from '#renderer/faces/card/tender-card.tsx'
import type { SaleWish } from '#renderer/faces/card/use-card.ts'
import { Button } from '#renderer/parts/button.tsx'
import { useKeys } from '#renderer/parts/keys.tsx'
import { useText } from '#renderer/parts/language.tsx'
import { OutcomePanel, ProblemDetails, useProblemWords } from '#renderer/parts/problem-panel.tsx'
import type { Problem } from '#contract/problem.ts'
import { useStatus } from '#renderer/parts/terminal.tsx'
import type { Collection, TakeInput, TenderedInstrument } from '#rpc/procedures.ts'
import type { Consent } from '#rpc/till-rules.ts'
import { ArrowLeft, RefreshCw } from 'lucide-react'
import { cartTotal, payNow, type Cart } from './cart.ts'
import { consentAsked, consentGiven } from './consent.ts'
import type { Tender as TenderState } from './counter-state.ts'
import { ModeTabs } from './mode-tabs.tsx'
import { payerOf } from './payer-choice.ts'
import { TenderBills } from './tender-bills.tsx'
import { TenderCash } from './tender-cash.tsx'
import { TenderForm } from './tender-form.tsx'
import styles from './tender.module.css'

type TenderProps = {
  readonly tender: TenderState
  readonly cart: Cart
  readonly onBack: () => void
  readonly onMode: (mode: PaymentMode) => void
  readonly onPayer: () => void
  readonly onAgree: (consent: Consent) => void
  readonly onTake: (input: TakeInput) => void
  readonly onLookAgain: () => void
  readonly card: CardActs
}

/** What the card terminal makes of this screen. */
type CardActs = {
  readonly onCharge: () => void
  readonly onRest: (problem: Problem | null) => void
  readonly onTaken: (collection: Collection) => void
}

export function Tender(props: TenderProps) {
  const { tender, cart } = props
  const { step } = tender
  const { link, card } = useStatus()
  const isOpen = step.at === 'entering'
  useKeys(isOpen || step.at === 'notPaid' ? { Escape: props.onBack } : {})
  if (step.at === 'notKnown') return <NotKnown onLookAgain={props.onLookAgain} />
  if (step.at === 'notPaid') return <NotPaid {...props} />
  const total = cartTotal(cart)
  const payer = payerOf(
    cart.payer,
    cart.lines.map(({ found }) => found.bill.payerName),
  )
  if (total === null || payer === null) return <NothingToTake onBack={props.onBack} />
  const asked = consentAsked(cart, link)
  const consent = consentGiven(tender.consent, asked)
  const take = (instrument: TenderedInstrument) => {
    if (isOpen) props.onTake(takeInputOf({ tender, cart, payer, instrument, consent }))
  }
  const entry = { totalPaise: total, isTaking: step.at === 'taking', onTake: take, onBack: props.onBack }
  return (
    <div className={styles.screen}>
      <ModeTabs mode={tender.mode} cart={cart} isDisabled={!isOpen} onMode={props.onMode} />
      {step.at === 'entering' && step.problem !== null ? <Refused problem={step.problem} /> : null}
      <div className={styles.columns}>
        {tender.mode === 'CASH' ? <TenderCash {...entry} /> : null}
        {tender.mode === 'CARD' && card.terminalName !== null ? (
          <TenderCard
            wish={wishOf({ tender, cart, payer, consent })}
            totalPaise={total}
            isCharging={step.at === 'charging'}
            onBack={props.onBack}
            {...props.card}
          />
        ) : null}
        {tender.mode === 'CASH' || (tender.mode === 'CARD' && card.terminalName !== null) ? null : (
          <TenderForm {...entry} mode={tender.mode} />
        )}
        <TenderBills
          cart={cart}
          payer={payer}
          isDisabled={!isOpen}
          onPayer={props.onPayer}
          consent={consent}
          asked={asked}
          onAgree={props.onAgree}
        />
      </div>
    </div>
  )
}

type TakeParts = {
  readonly tender: TenderState
  readonly cart: Cart
  readonly payer: Payer
  readonly instrument: TenderedInstrument
  readonly consent: Consent
}

/** Ids were made when the screen opened: pressing twice sends the same payment twice, not two payments. */
function takeInputOf({ instrument, ...parts }: TakeParts): TakeInput {
  return { ...wishOf(parts), instrument }
}

function wishOf({ tender, cart, payer, consent }: Omit<TakeParts, 'instrument'>): SaleWish {
  if (tender.paymentIds.length !== cart.lines.length) throw new Error('one payment id per bill')
  const lines = cart.lines.map((line, at) => {
    const paymentId = tender.paymentIds[at]
    const amountPaise = payNow(line)
    if (paymentId === undefined || amountPaise === null) throw new Error('a line without id or amount')
    return { paymentId, billId: line.found.bill.id, amountPaise }
  })
  return { collectionId: tender.collectionId, lines, payer, consent }
}

function Refused({ problem }: { readonly problem: Problem }) {
  const words = useProblemWords(problem)
  return (
    <OutcomePanel outcome="notPaid">
      <p>
        <strong>{words.what}</strong>
      </p>
      <ProblemDetails problem={problem} />
    </OutcomePanel>
  )
}

function NotKnown({ onLookAgain }: { readonly onLookAgain: () => void }) {
  const text = useText()
  useKeys({ Enter: onLookAgain })
  return (
    <div className={styles.outcome}>
      <OutcomePanel
        outcome="notKnown"
        className={styles.big}
        actions={
          <Button kind="deep" icon={RefreshCw} chord="Enter" onPress={onLookAgain}>
            {text('notKnown.look')}
          </Button>
        }
      >
        <p>{text('notKnown.act')}</p>
      </OutcomePanel>
    </div>
  )
}

/** Known for sure that nothing was recorded: the same payment, with the same ids, can be taken again. */
function NotPaid({ tender, onTake, onBack }: TenderProps) {
  const text = useText()
  const { input } = tender
  return (
    <div className={styles.outcome}>
      <OutcomePanel
        outcome="notPaid"
        className={styles.big}
        actions={
          <>
            <Button icon={ArrowLeft} chord="Escape" onPress={onBack}>
              {text('act.back')}
            </Button>
            {input === null ? null : (
              <Button kind="primary" onPress={() => onTake(input)} testId="take-again">
                {text('notPaid.takeAgain', { amount: formatInr(sumOf(input)) })}
              </Button>
            )}
          </>
        }
      >
        <p>{text('notPaid.act')}</p>
      </OutcomePanel>
    </div>
  )
}

function NothingToTake({ onBack }: { readonly onBack: () => void }) {
  const text = useText()
  return (
    <div className={styles.outcome}>
      <p>{text('pay.reason.line')}</p>
      <Button icon={ArrowLeft} chord="Escape" onPress={onBack}>
        {text('act.back')}
      </Button>
    </div>
  )
}

function sumOf(input: TakeInput): Paise {
  return addPaise(...input.lines.map((line) => line.amountPaise))
}
