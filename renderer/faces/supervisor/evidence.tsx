// What is known of the money when it was taken, beside what the bill is now.
import type { Exception } from '#contract/exceptions-api.ts'
import { formatInr } from '#contract/money.ts'
import { Button } from '#renderer/parts/button.tsx'
import { useText } from '#renderer/parts/language.tsx'
import { useTerminal } from '#renderer/parts/terminal.tsx'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useMomentText, useOperators } from './exception-words.ts'
import styles from './evidence.module.css'

export function Evidence({ exception }: { readonly exception: Exception }) {
  const text = useText()
  const moment = useMomentText()
  const operators = useOperators()
  const { evidence, operatorCode, consumerCode, businessService } = exception
  const unknown = text('evidence.unknown')
  const when = (atMs: number | null) => (atMs === null ? unknown : moment(atMs))
  const yesNo = (isAgreed: boolean) => text(isAgreed ? 'evidence.yes' : 'evidence.no')
  const taker = operators.find(({ code }) => code === operatorCode)?.name ?? operatorCode ?? unknown
  const isBillKnown = consumerCode !== null && businessService !== null
  return (
    <dl className={styles.facts} data-testid="exception-evidence">
      <Fact word={text('evidence.payer')} value={exception.payerName ?? unknown} />
      <Fact word={text('evidence.consumer')} value={consumerCode ?? unknown} />
      <Fact word={text('evidence.service')} value={businessService ?? unknown} />
      <Fact word={text('evidence.collected')} value={when(evidence.collectedAtMs)} />
      <Fact
        word={text('evidence.billThen')}
        value={evidence.billPaise === null ? unknown : formatInr(evidence.billPaise)}
      />
      <div>
        <dt>{text('evidence.billNow')}</dt>
        <dd>
          {isBillKnown ? <BillNow consumerCode={consumerCode} businessService={businessService} /> : unknown}
        </dd>
      </div>
      <Fact word={text('evidence.billFetched')} value={when(evidence.billFetchedAtMs)} />
      <Fact word={text('evidence.pack')} value={evidence.packId ?? text('evidence.noPack')} />
      <Fact word={text('evidence.advance')} value={yesNo(evidence.isAdvanceAgreed)} />
      <Fact word={text('evidence.part')} value={yesNo(evidence.isPartAgreed)} />
      <Fact word={text('evidence.till')} value={exception.deviceCode ?? unknown} />
      <Fact word={text('evidence.operator')} value={taker} />
      <Fact word={text('evidence.attempts')} value={String(evidence.attemptCount)} />
      <Fact word={text('evidence.digitReceipt')} value={evidence.digitReceiptNumber ?? unknown} />
    </dl>
  )
}

function Fact({ word, value }: { readonly word: string; readonly value: string }) {
  return (
    <div>
      <dt>{word}</dt>
      <dd>{value}</dd>
    </div>
  )
}

type BillNowProps = { readonly consumerCode: string; readonly businessService: string }

/** Asked only on wish: going through the list must not search DIGIT for every line. */
function BillNow({ consumerCode, businessService }: BillNowProps) {
  const text = useText()
  const client = useTerminal()
  const moment = useMomentText()
  const [isWanted, setWanted] = useState(false)
  const bill = useQuery({
    queryKey: ['billNow', businessService, consumerCode],
    queryFn: () => client.exceptions.billNow({ consumerCode, businessService }),
    enabled: isWanted,
    staleTime: 30_000,
    retry: false,
  })
  if (bill.isFetching) return <span>{text('evidence.billNowAsking')}</span>
  if (bill.data !== undefined) {
    const { duePaise, atMs } = bill.data
    return (
      <span data-testid="bill-now">
        {duePaise === null ? text('evidence.billNowNone') : formatInr(duePaise)} ({moment(atMs)})
      </span>
    )
  }
  return (
    <span className={styles.ask}>
      {bill.error === null ? null : <span>{text('evidence.billNowFailed')}</span>}
      <Button
        kind="plain"
        onPress={() => (isWanted ? void bill.refetch() : setWanted(true))}
        testId="ask-bill-now"
      >
        {text('evidence.billNowAsk')}
      </Button>
    </span>
  )
}
