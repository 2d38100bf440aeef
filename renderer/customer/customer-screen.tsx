// The customer display: what is paid, how much, and the change, big enough for the other side of a counter. It draws what it is given and has
// nothing to press. Rendered by main.tsx.
import { formatInr, type Paise } from '#contract/money.ts'
import type { CustomerLanguage, CustomerLine, CustomerShown, CustomerView } from '#rpc/customer.ts'
import { createContext, use } from 'react'
import { customerWords, stepWord, type CustomerWord, type PayingView } from './customer-words.ts'
import styles from './customer.module.css'

/** More do not fit in type that can be read from there; the total holds all. */
const LINES_SHOWN_MAX = 4
const RECEIPTS_SHOWN_MAX = 3

const LanguageContext = createContext<CustomerLanguage>('hi')

/** null: the till has not answered yet, or is away. */
export function CustomerScreen({ shown }: { readonly shown: CustomerShown | null }) {
  if (shown === null) return <main className={styles.screen} data-testid="customer-away" />
  const { view, cardStep, isTest, municipalityName, language } = shown
  return (
    <LanguageContext value={language}>
      <main className={styles.screen} data-testid="customer" data-at={isTest ? 'test' : view.at}>
        <p className={styles.name}>{municipalityName}</p>
        {isTest ? <TestPicture /> : <Body view={view} cardStep={cardStep} />}
      </main>
    </LanguageContext>
  )
}

/** Words and every colour to the edge, so that a bad cable or a cut-off picture shows. */
function TestPicture() {
  return (
    <>
      <Big word="test" />
      <div aria-hidden className={styles.bars} />
    </>
  )
}

type Shown = Pick<CustomerShown, 'view' | 'cardStep'>

function Body({ view, cardStep }: Shown) {
  switch (view.at) {
    case 'idle':
      return <Big word="welcome" />
    case 'bills':
      return (
        <>
          <Lines lines={view.lines} />
          <Total amountPaise={view.totalPaise} />
        </>
      )
    case 'paying':
      return <Paying view={view} cardStep={cardStep} />
    case 'done':
      return <Done view={view} />
  }
}

function Paying({ view, cardStep }: Shown & { readonly view: PayingView }) {
  const { step, lines, totalPaise } = view
  return (
    <>
      <Lines lines={lines} />
      {totalPaise === null ? null : <Total amountPaise={totalPaise} />}
      <div
        className={styles.step}
        data-tone={step === 'terminal' && cardStep === 'wrong_pin' ? 'notPaid' : step}
        data-testid="customer-step"
      >
        <Both word={stepWord(view, cardStep)} />
      </div>
    </>
  )
}

function Done({ view }: { readonly view: Extract<CustomerView, { at: 'done' }> }) {
  const { totalPaise, tenderedPaise, changePaise, receiptNumbers } = view
  const isCash = tenderedPaise !== null
  return (
    <>
      <div className={styles.result}>
        <Both word={isCash ? 'change' : 'paid'} />
        <p className={styles.change} data-testid="customer-change">
          {formatInr(isCash ? changePaise : totalPaise)}
        </p>
      </div>
      {isCash ? (
        <dl className={styles.sums}>
          <Sum word="paid" amountPaise={totalPaise} />
          <Sum word="given" amountPaise={tenderedPaise} />
        </dl>
      ) : null}
      <div className={styles.thanks}>
        <Both word="thanks" />
        <div className={styles.receipts} data-testid="customer-receipts">
          <Both word={receiptNumbers.length === 1 ? 'receipt' : 'receipts'} />
          {receiptNumbers.slice(0, RECEIPTS_SHOWN_MAX).map((number) => (
            <span key={number} className={styles.number}>
              {number}
            </span>
          ))}
          {receiptNumbers.length > RECEIPTS_SHOWN_MAX ? (
            <Both word="more" count={receiptNumbers.length - RECEIPTS_SHOWN_MAX} />
          ) : null}
        </div>
      </div>
    </>
  )
}

function Lines({ lines }: { readonly lines: readonly CustomerLine[] }) {
  // The newest are what the payer looks for.
  const visible = lines.slice(-LINES_SHOWN_MAX)
  return (
    <ul className={styles.lines} data-testid="customer-lines">
      {visible.map(({ service, codeEnd, amountPaise }, index) => (
        // eslint-disable-next-line react/no-array-index-key -- two bills may look the same here
        <li key={index} className={styles.line}>
          <span className={styles.service}>
            {service} <small>…{codeEnd}</small>
          </span>
          <span className={styles.amount}>{amountPaise === null ? '–' : formatInr(amountPaise)}</span>
        </li>
      ))}
      {lines.length > visible.length ? (
        <li className={styles.more}>
          <Both word="more" count={lines.length - visible.length} />
        </li>
      ) : null}
    </ul>
  )
}

function Total({ amountPaise }: { readonly amountPaise: Paise | null }) {
  return (
    <div className={styles.total}>
      <Both word="total" />
      <p className={styles.due} data-testid="customer-total">
        {amountPaise === null ? '–' : formatInr(amountPaise)}
      </p>
    </div>
  )
}

function Sum({ word, amountPaise }: { readonly word: CustomerWord; readonly amountPaise: Paise }) {
  return (
    <div className={styles.sum}>
      <dt>
        <Both word={word} />
      </dt>
      <dd>{formatInr(amountPaise)}</dd>
    </div>
  )
}

function Big({ word }: { readonly word: CustomerWord }) {
  return (
    <div className={styles.big}>
      <Both word={word} />
    </div>
  )
}

/** One word in both languages, the language of the place first. */
function Both({ word, count = 0 }: { readonly word: CustomerWord; readonly count?: number }) {
  const language = use(LanguageContext)
  const fill = (text: string): string => text.replace('{count}', String(count))
  return (
    <span className={styles.both}>
      <span lang={language}>{fill(customerWords[language][word])}</span>
      <span lang="en">{fill(customerWords.en[word])}</span>
    </span>
  )
}
