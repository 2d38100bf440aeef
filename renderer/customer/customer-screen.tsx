// The customer display: what is paid, how much, and the change, big enough for the other side of a counter. It draws what it is given and has
// nothing to press. Rendered by main.tsx.
import { formatInr, type Paise } from '#contract/money.ts'
import { QrPicture } from '#renderer/parts/qr-picture.tsx'
import { CUSTOMER_CODES_MAX } from '#rpc/customer-bounds.ts'
import type {
  CustomerLanguage,
  CustomerLine,
  CustomerShown,
  CustomerView,
  ReceiptCode,
} from '#rpc/customer.ts'
import { createContext, use, type CSSProperties } from 'react'
import { customerWords, stepWord, type CustomerWord, type PayingView } from './customer-words.ts'
import styles from './customer.module.css'

/** More do not fit in type that can be read from there; the total holds all. */
const LINES_SHOWN_MAX = 4
const RECEIPTS_SHOWN_MAX = CUSTOMER_CODES_MAX

const LanguageContext = createContext<CustomerLanguage>('hi')

/** null: the till has not answered yet, or is away. */
export function CustomerScreen({ shown }: { readonly shown: CustomerShown | null }) {
  if (shown === null) return <main className={styles.screen} data-testid="customer-away" />
  const { view, isTest, municipalityName, language } = shown
  return (
    <LanguageContext value={language}>
      <main className={styles.screen} data-testid="customer" data-at={isTest ? 'test' : view.at}>
        <p className={styles.name}>{municipalityName}</p>
        {isTest ? <TestPicture /> : <Body {...shown} />}
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

function Body({ view, cardStep, receiptCodes }: CustomerShown) {
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
      return <Done view={view} codes={receiptCodes} />
  }
}

type PayingProps = Pick<CustomerShown, 'cardStep'> & { readonly view: PayingView }

function Paying({ view, cardStep }: PayingProps) {
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

type DoneProps = {
  readonly view: Extract<CustomerView, { at: 'done' }>
  readonly codes: readonly ReceiptCode[]
}

function Done({ view, codes }: DoneProps) {
  const { totalPaise, tenderedPaise, changePaise, receiptNumbers } = view
  const isCash = tenderedPaise !== null
  return (
    <>
      <div className={styles.outcome}>
        <div className={styles.result}>
          <Both word={isCash ? 'change' : 'paid'} />
          <BigAmount amount={formatInr(isCash ? changePaise : totalPaise)} />
        </div>
        <Codes codes={codes} />
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
            <span key={number} className={styles.number} data-testid="customer-receipt">
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

/** An amount as large as it fits: one that is cut off would be another amount. */
function BigAmount({ amount }: { readonly amount: string }) {
  const length: CSSProperties & { readonly '--letters': number } = { '--letters': amount.length }
  return (
    <p className={styles.change} style={length} data-testid="customer-change">
      {amount}
    </p>
  )
}

/** The codes of the paper, for a payer who takes a photograph along. */
function Codes({ codes }: { readonly codes: readonly ReceiptCode[] }) {
  const language = use(LanguageContext)
  if (codes.length === 0) return null
  return (
    <figure className={styles.codes} data-count={codes.length}>
      <div className={styles.code}>
        {codes.map(({ number, code }) => (
          <QrPicture
            key={number}
            content={code}
            label={`${customerWords[language].receipt} ${number}`}
            className={styles.qr}
            testId="customer-code"
          />
        ))}
      </div>
      <figcaption className={styles.caption}>
        <Both word={codes.length === 1 ? 'photograph' : 'photographAll'} />
      </figcaption>
    </figure>
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
