// Is this till ready for its day? One line for each thing that could stop it, with shape, colour, words and what to do; beside it the
// bill packs for work without a network. Reached from the head of every screen, also before a shift. Loaded when first opened.
import { Button } from '#renderer/parts/button.tsx'
import { CallTrouble } from '#renderer/parts/call-trouble.tsx'
import { classNames } from '#renderer/parts/class-names.ts'
import { useKeys, useScan } from '#renderer/parts/keys.tsx'
import { useText } from '#renderer/parts/language.tsx'
import { Panel } from '#renderer/parts/problem-panel.tsx'
import { playTone } from '#renderer/parts/sound.ts'
import { StatusShape } from '#renderer/parts/status-mark.tsx'
import { useTapShield } from '#renderer/parts/tap-shield.ts'
import { useStatus, useTerminal } from '#renderer/parts/terminal.tsx'
import type { ReadinessLine } from '#rpc/readiness.ts'
import { useQuery } from '@tanstack/react-query'
import { ArrowLeft } from 'lucide-react'
import { PackChoice } from './pack-choice.tsx'
import { batteryLine, READINESS_TONES, readinessWords, type ReadinessWords } from './readiness-words.ts'
import { useBattery } from './use-battery.ts'
import styles from './readiness.module.css'

const POLL_MS = 3000

export function Readiness({ onBack }: { readonly onBack: () => void }) {
  const text = useText()
  const client = useTerminal()
  const { operator } = useStatus()
  const battery = useBattery()
  const readiness = useQuery({
    queryKey: ['readiness'],
    queryFn: () => client.readiness.get(),
    refetchInterval: POLL_MS,
    retry: false,
  })
  useKeys({ Escape: onBack })
  // Nothing is sold here; a scan must not press anything.
  useScan(() => playTone('attention'))
  useTapShield('readiness')
  const lines = readiness.data?.lines ?? []
  const power = battery === null ? null : batteryLine(battery)
  const tones = [...lines.map(({ tone }) => tone), ...(power === null ? [] : [power.tone])]
  return (
    <div className={styles.screen} data-testid="readiness">
      <div className={styles.head}>
        <h1 className={styles.title}>{text('ready.title')}</h1>
        <Button
          icon={ArrowLeft}
          chord="Escape"
          onPress={onBack}
          testId="readiness-back"
          className={styles.back}
        >
          {text('act.back')}
        </Button>
      </div>
      {readiness.isError ? <CallTrouble error={readiness.error} /> : null}
      {lines.length === 0 ? null : <Verdict tones={tones} />}
      <div className={styles.columns}>
        <ul className={styles.lines} aria-label={text('ready.lines')}>
          {lines.map((line) => (
            <Line
              key={line.topic}
              topic={line.topic}
              tone={line.tone}
              words={readinessWords(line, text, readiness.data?.atMs ?? 0)}
            />
          ))}
          {power === null ? null : (
            <Line
              topic="battery"
              tone={power.tone}
              words={{
                what: text(`ready.battery.${power.state}`, { percent: power.percent }),
                act: power.tone === 'green' ? null : text('ready.battery.low.act'),
              }}
            />
          )}
        </ul>
        {operator === null ? (
          <Panel tone="info" title={text('packs.title')} className={styles.note}>
            <p>{text('packs.signIn')}</p>
          </Panel>
        ) : (
          <PackChoice onChanged={() => void readiness.refetch()} />
        )}
      </div>
    </div>
  )
}

/** The worst line speaks for the till. */
function Verdict({ tones }: { readonly tones: readonly ReadinessLine['tone'][] }) {
  const text = useText()
  const count = (tone: ReadinessLine['tone']) => tones.filter((each) => each === tone).length
  const reds = count('red')
  const ambers = count('amber')
  if (reds > 0)
    return <Panel tone="error" title={text('ready.verdict.red', { count: reds })} testId="verdict-red" />
  if (ambers > 0) {
    return <Panel tone="warn" title={text('ready.verdict.amber', { count: ambers })} testId="verdict-amber" />
  }
  return <Panel tone="ok" title={text('ready.verdict.green')} testId="verdict-green" />
}

type LineProps = {
  readonly topic: ReadinessLine['topic'] | 'battery'
  readonly tone: ReadinessLine['tone']
  readonly words: ReadinessWords
}

function Line({ topic, tone, words }: LineProps) {
  const text = useText()
  return (
    <li className={classNames(styles.line, styles[tone])} data-testid={`ready-${topic}`} data-tone={tone}>
      <StatusShape tone={READINESS_TONES[tone]} size={26} />
      <div className={styles.words}>
        <p className={styles.topic}>
          {text(`ready.${topic}`)}
          <span className={styles.hidden}>{text(`ready.tone.${tone}`)}</span>
        </p>
        <p>{words.what}</p>
        {words.act === null ? null : <p className={styles.act}>{words.act}</p>}
      </div>
    </li>
  )
}
