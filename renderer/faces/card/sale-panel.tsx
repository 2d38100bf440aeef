// One card sale that has come to rest: what became of it, what to do, and the acts for that. Shown under the tender and in the list of open
// card sales.
import { Button } from '#renderer/parts/button.tsx'
import { formatIstTime } from '#renderer/parts/ist.ts'
import { useText } from '#renderer/parts/language.tsx'
import { problemOf } from '#renderer/parts/problem-of.ts'
import { Panel, ProblemPanel } from '#renderer/parts/problem-panel.tsx'
import { playTone } from '#renderer/parts/sound.ts'
import { useRefreshStatus, useTerminal } from '#renderer/parts/terminal.tsx'
import type { CardSaleView } from '#rpc/card.ts'
import type { Collection } from '#rpc/procedures.ts'
import { Check, RefreshCw, Undo2, UserCheck } from 'lucide-react'
import { useState } from 'react'
import { Approver, type Agreed } from './approver.tsx'
import { isOpenSale, mayAsk, mayGiveBack, saleWords } from './card-words.ts'
import styles from './card.module.css'

type SalePanelProps = {
  readonly sale: CardSaleView
  readonly onChange: (sale: CardSaleView) => void
  readonly onPosted: (collection: Collection) => void
}

export function SalePanel({ sale, onChange, onPosted }: SalePanelProps) {
  const text = useText()
  const client = useTerminal()
  const refresh = useRefreshStatus()
  const [isBusy, setBusy] = useState(false)
  const [error, setError] = useState<unknown>(null)
  const [asking, setAsking] = useState<'reverse' | 'close' | null>(null)
  const { reference } = sale

  const doIt = (act: () => Promise<void>) => {
    if (isBusy) return
    setBusy(true)
    setError(null)
    act()
      .catch(async (thrown: unknown) => {
        setError(thrown)
        playTone('attention')
        onChange(await client.card.progress({ reference }))
      })
      .catch(() => undefined)
      .finally(() => {
        setBusy(false)
        void refresh()
      })
  }
  const ask = () => doIt(async () => onChange(await client.card.resolve({ reference })))
  const finish = () => doIt(async () => onPosted(await client.card.post({ reference })))
  const agree = (agreed: Agreed) =>
    doIt(async () => {
      const call = asking === 'reverse' ? client.card.reverse : client.card.close
      onChange(await call({ reference, ...agreed }))
      setAsking(null)
    })
  const problem = error === null ? sale.postProblem : problemOf(error)
  return (
    <div className={styles.sale} data-testid={`card-sale-${sale.state}`}>
      <SaleWords sale={sale} />
      {problem === null ? null : <ProblemPanel problem={problem} />}
      {error !== null && problem === null ? (
        <Panel tone="warn" title={text('lost.title')} isAlert>
          <p>{text('card.ask')}</p>
        </Panel>
      ) : null}
      <div className={styles.acts} hidden={asking !== null}>
        {mayAsk(sale) ? (
          <Button kind="primary" icon={RefreshCw} isDisabled={isBusy} onPress={ask} testId="card-ask">
            {text(isBusy ? 'card.acting' : 'card.ask')}
          </Button>
        ) : null}
        {sale.mayPost ? (
          <Button kind="primary" icon={Check} isDisabled={isBusy} onPress={finish} testId="card-finish">
            {text('card.finish')}
          </Button>
        ) : null}
        {mayGiveBack(sale) ? (
          <Button icon={Undo2} isDisabled={isBusy} onPress={() => setAsking('reverse')} testId="card-reverse">
            {text('card.reverse')}
          </Button>
        ) : null}
        {isOpenSale(sale) ? (
          <Button icon={UserCheck} isDisabled={isBusy} onPress={() => setAsking('close')} testId="card-close">
            {text('card.close')}
          </Button>
        ) : null}
      </div>
      {asking !== null && isOpenSale(sale) ? (
        <Approver
          key={asking}
          act={text(asking === 'reverse' ? 'card.reverse' : 'card.close')}
          hint={asking === 'close' ? text('card.closeHint') : null}
          isBusy={isBusy}
          onBack={() => setAsking(null)}
          onAgree={agree}
        />
      ) : null}
    </div>
  )
}

function SaleWords({ sale }: { readonly sale: CardSaleView }) {
  const text = useText()
  const { tone, title, act, values } = saleWords(sale)
  const { reason } = sale
  return (
    <Panel
      tone={tone}
      title={text(title, values)}
      isAlert
      className={styles.big}
      testId={`card-state-${sale.state}`}
    >
      {act === null ? null : <p>{text(act)}</p>}
      {reason === null ? null : <p>{text('card.words', { words: reason.words, code: reason.code })}</p>}
      <p className={styles.facts}>
        {text('card.of', {
          bills: sale.bills
            .map(({ serviceName, consumerCode }) => `${serviceName} ${consumerCode}`)
            .join(', '),
          payer: sale.payerName,
          time: formatIstTime(sale.startedAtMs),
          operator: sale.operatorName,
          reference: sale.reference,
        })}
      </p>
    </Panel>
  )
}
