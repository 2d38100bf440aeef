// Paying by card where a terminal takes it: the terminal gets the amount, its steps stand here large, and what it came to stays until
// somebody has dealt with it. Nothing of a card is typed. Shown by the tender screen.
import type { Problem } from '#contract/problem.ts'
import { Due } from '#renderer/faces/counter/tender-cash.tsx'
import { Button } from '#renderer/parts/button.tsx'
import { classNames } from '#renderer/parts/class-names.ts'
import { useKeys } from '#renderer/parts/keys.tsx'
import { useText } from '#renderer/parts/language.tsx'
import { useStatus } from '#renderer/parts/terminal.tsx'
import type { Paise } from '#contract/money.ts'
import type { CardSaleView } from '#rpc/card.ts'
import type { Collection } from '#rpc/procedures.ts'
import { ArrowLeft, CreditCard, X } from 'lucide-react'
import { useState } from 'react'
import { isOpenSale } from './card-words.ts'
import { SalePanel } from './sale-panel.tsx'
import { useCard, type SaleWish } from './use-card.ts'
import styles from './card.module.css'

type TenderCardProps = {
  readonly wish: SaleWish
  readonly totalPaise: Paise
  readonly isCharging: boolean
  readonly onCharge: () => void
  readonly onRest: (problem: Problem | null) => void
  readonly onTaken: (collection: Collection) => void
  readonly onBack: () => void
}

export function TenderCard({ wish, totalPaise, isCharging, onBack, ...outcomes }: TenderCardProps) {
  const text = useText()
  const { card } = useStatus()
  const { sale, start, cancel, setSale } = useCard(wish, outcomes)
  const isResting = sale !== null && !isCharging
  const mayStart = !isCharging && (sale === null || (!isOpenSale(sale) && sale.state !== 'posted'))
  useKeys(mayStart ? { Enter: start } : {})
  return (
    <section className={styles.form} aria-label={text('mode.CARD')} data-testid="tender-card">
      <div className={styles.head}>
        <Due label={text('card.due')} amountPaise={totalPaise} />
        <p className={styles.note}>{text('card.terminal', { name: card.terminalName ?? '' })}</p>
      </div>
      {isCharging ? <Live sale={sale} onCancel={cancel} /> : null}
      {isResting ? <SalePanel sale={sale} onChange={setSale} onPosted={outcomes.onTaken} /> : null}
      {sale === null && !isCharging ? (
        <div className={styles.live}>
          <p className={styles.words}>{text('card.startHint')}</p>
        </div>
      ) : null}
      {isCharging ? null : (
        <div className={styles.actions}>
          <Button icon={ArrowLeft} chord="Escape" onPress={onBack}>
            {text('act.back')}
          </Button>
          {mayStart ? (
            <Button
              kind="primary"
              size="large"
              icon={CreditCard}
              chord="Enter"
              onPress={start}
              testId="card-start"
            >
              {text(sale === null ? 'card.start' : 'card.again')}
            </Button>
          ) : null}
        </div>
      )}
    </section>
  )
}

/** Cancelling takes two presses, and the terminal has the last word. */
function Live({ sale, onCancel }: { readonly sale: CardSaleView | null; readonly onCancel: () => void }) {
  const text = useText()
  const [cancelling, setCancelling] = useState<'no' | 'sure' | 'sent'>('no')
  const step = sale?.live?.step ?? 'connecting'
  const words = sale?.live?.words ?? null
  return (
    <>
      <output className={styles.live} aria-live="assertive" data-testid={`card-step-${step}`}>
        <p className={classNames(styles.step, step === 'wrong_pin' && styles.wrong)}>
          {text(`card.step.${step}`)}
        </p>
        {words === null ? null : <p className={styles.words}>{words}</p>}
        {cancelling === 'no' ? null : (
          <p className={styles.words}>
            {text(cancelling === 'sent' ? 'card.cancelling' : 'card.cancelHint')}
          </p>
        )}
      </output>
      <div className={styles.actions}>
        {cancelling === 'no' ? (
          <Button
            icon={X}
            isDisabled={sale === null}
            onPress={() => setCancelling('sure')}
            testId="card-cancel"
          >
            {text('card.cancel')}
          </Button>
        ) : null}
        {cancelling === 'sure' ? (
          <div className={styles.acts}>
            <Button onPress={() => setCancelling('no')} testId="card-cancel-keep">
              {text('card.cancelKeep')}
            </Button>
            <Button
              kind="deep"
              icon={X}
              onPress={() => {
                setCancelling('sent')
                onCancel()
              }}
              testId="card-cancel-sure"
            >
              {text('card.cancelSure')}
            </Button>
          </div>
        ) : null}
      </div>
    </>
  )
}
