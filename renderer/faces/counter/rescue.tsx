// Carries money out of this till by hand: a sealed file, or the same as QR codes that another scanner reads one after the other.
// Opened from the queue and from the screen of a stopped till; loaded when first opened.
import { formatInr } from '#contract/money.ts'
import { Button } from '#renderer/parts/button.tsx'
import { CallTrouble } from '#renderer/parts/call-trouble.tsx'
import { Dialog } from '#renderer/parts/dialog.tsx'
import { useText } from '#renderer/parts/language.tsx'
import { problemOf } from '#renderer/parts/problem-of.ts'
import { Panel } from '#renderer/parts/problem-panel.tsx'
import { QrPicture } from '#renderer/parts/qr-picture.tsx'
import { StatusMark } from '#renderer/parts/status-mark.tsx'
import { useTerminal } from '#renderer/parts/terminal.tsx'
import { useQuery } from '@tanstack/react-query'
import { ChevronLeft, ChevronRight, Download, QrCode } from 'lucide-react'
import { useState } from 'react'
import styles from './rescue.module.css'
import { saveFile } from './save-file.ts'

export function Rescue({ onClose }: { readonly onClose: () => void }) {
  const text = useText()
  const client = useTerminal()
  const made = useQuery({
    queryKey: ['rescue'],
    queryFn: () => client.rescue.make(),
    retry: false,
    gcTime: 0,
    staleTime: Infinity,
  })
  const [isSaved, setSaved] = useState(false)
  const [shown, setShown] = useState<number | null>(null)
  const rescue = made.data
  const codes = rescue?.codes ?? null
  const last = (codes?.length ?? 0) - 1
  const turn = (by: number) => setShown((at) => (at === null ? null : Math.min(last, Math.max(0, at + by))))
  return (
    <Dialog
      title={text('rescue.title')}
      onClose={onClose}
      size="wide"
      bindings={{ ArrowRight: () => turn(1), ArrowLeft: () => turn(-1) }}
    >
      <div className={styles.body} data-testid="rescue">
        <p>{text('rescue.what')}</p>
        {made.isPending ? <StatusMark tone="wait">{text('rescue.making')}</StatusMark> : null}
        {made.isError ? <Trouble error={made.error} /> : null}
        {rescue === undefined ? null : (
          <>
            <p className={styles.sum} data-testid="rescue-sum">
              {text('rescue.sum', { count: rescue.paymentCount, amount: formatInr(rescue.amountPaise) })}
            </p>
            {rescue.leftOutCount === 0 ? null : (
              <StatusMark tone="warn">{text('rescue.leftOut', { count: rescue.leftOutCount })}</StatusMark>
            )}
            <div className={styles.acts}>
              <Button
                kind="primary"
                icon={Download}
                testId="rescue-save"
                onPress={() => {
                  saveFile({ mime: 'text/plain', fileName: rescue.fileName, base64: btoa(rescue.text) })
                  setSaved(true)
                }}
              >
                {text('rescue.save')}
              </Button>
              {codes === null ? (
                <p>{text('rescue.noCodes')}</p>
              ) : (
                <Button icon={QrCode} testId="rescue-codes" onPress={() => setShown(0)}>
                  {text('rescue.codes', { count: codes.length })}
                </Button>
              )}
            </div>
            {isSaved ? (
              <StatusMark tone="ok">{text('rescue.saved', { name: rescue.fileName })}</StatusMark>
            ) : null}
            {codes === null || shown === null ? null : (
              <Code code={codes[shown] ?? ''} number={shown + 1} count={codes.length} onTurn={turn} />
            )}
            <p className={styles.next}>{text('rescue.next')}</p>
          </>
        )}
      </div>
    </Dialog>
  )
}

type CodeProps = {
  readonly code: string
  readonly number: number
  readonly count: number
  readonly onTurn: (by: number) => void
}

function Code({ code, number, count, onTurn }: CodeProps) {
  const text = useText()
  return (
    <div className={styles.code}>
      <QrPicture content={code} label={text('rescue.code', { number, count })} className={styles.picture} />
      <div className={styles.turn}>
        <Button icon={ChevronLeft} isDisabled={number === 1} onPress={() => onTurn(-1)}>
          {text('rescue.before')}
        </Button>
        <strong aria-live="polite" data-testid="rescue-number">
          {text('rescue.code', { number, count })}
        </strong>
        <Button icon={ChevronRight} kind="deep" isDisabled={number === count} onPress={() => onTurn(1)}>
          {text('rescue.after')}
        </Button>
      </div>
    </div>
  )
}

function Trouble({ error }: { readonly error: unknown }) {
  const text = useText()
  const problem = problemOf(error)
  if (problem?.code === 'rescue_invalid') {
    return (
      <Panel tone="ok" title={text('rescue.nothing')}>
        <p>{text('rescue.nothingHint')}</p>
      </Panel>
    )
  }
  return <CallTrouble error={error} />
}
