// Card sales that wait for somebody: charged and not recorded, or nobody knows. Reached from the strip that stands across every screen as long
// as there is one. Loaded when first opened.
import { Head } from '#renderer/faces/drawer/drawer-head.tsx'
import drawer from '#renderer/faces/drawer/drawer.module.css'
import { Button } from '#renderer/parts/button.tsx'
import { useKeys, useScan } from '#renderer/parts/keys.tsx'
import { useText } from '#renderer/parts/language.tsx'
import { Panel } from '#renderer/parts/problem-panel.tsx'
import { playTone } from '#renderer/parts/sound.ts'
import { useTerminal } from '#renderer/parts/terminal.tsx'
import type { CardSaleView } from '#rpc/card.ts'
import type { Collection } from '#rpc/procedures.ts'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { SalePanel } from './sale-panel.tsx'
import styles from './card.module.css'

const POLL_MS = 2_000

type OpenCardsProps = { readonly onBack: () => void; readonly onShow: (paymentId: string) => void }

export function OpenCards({ onBack, onShow }: OpenCardsProps) {
  const text = useText()
  const client = useTerminal()
  const open = useQuery({
    queryKey: ['card-open'],
    queryFn: () => client.card.open(),
    refetchInterval: POLL_MS,
    gcTime: 0,
  })
  /** What was dealt with here stays in sight, in the words of its end. */
  const [changed, setChanged] = useState<ReadonlyMap<string, CardSaleView>>(new Map())
  const [posted, setPosted] = useState<readonly Collection[]>([])
  useKeys({ Escape: onBack })
  useScan(() => playTone('attention'))
  const waiting = open.data ?? []
  const isPosted = ({ collectionId }: CardSaleView) =>
    posted.some((each) => each.collectionId === collectionId)
  const ended = [...changed.values()].filter(
    (sale) => !waiting.some(({ reference }) => reference === sale.reference),
  )
  const shown = [...waiting, ...ended].filter((sale) => !isPosted(sale))
  const change = (sale: CardSaleView) => {
    setChanged(new Map([...changed, [sale.reference, sale]]))
    void open.refetch()
  }
  const recorded = (collection: Collection) => {
    setPosted([...posted, collection])
    playTone('paid')
    void open.refetch()
  }
  return (
    <div className={drawer.screen} data-testid="open-cards">
      <Head title={text('card.openTitle')} onBack={onBack} />
      {posted
        .flatMap(({ payments }) => payments)
        .map(({ paymentId, receiptNumber }) => (
          <Panel
            key={paymentId}
            tone="ok"
            title={text('card.recorded', { number: receiptNumber })}
            actions={
              <Button onPress={() => onShow(paymentId)} testId="card-receipt">
                {text('card.show')}
              </Button>
            }
            testId="card-recorded"
          />
        ))}
      {shown.length === 0 && posted.length === 0 ? <p>{text('card.openNone')}</p> : null}
      {shown.map((sale) => (
        <section key={sale.reference} className={drawer.card}>
          {sale.live === null ? (
            <SalePanel sale={sale} onChange={change} onPosted={recorded} />
          ) : (
            <p className={styles.step}>{text(`card.step.${sale.live.step}`)}</p>
          )}
        </section>
      ))}
    </div>
  )
}
