// Trading is stopped: why, what to do, and that nothing recorded is lost. The only screen that has no way on.
import type { Problem } from '#contract/problem.ts'
import { Button } from '#renderer/parts/button.tsx'
import { useText } from '#renderer/parts/language.tsx'
import { ProblemDetails, useProblemWords } from '#renderer/parts/problem-panel.tsx'
import { StatusShape } from '#renderer/parts/status-mark.tsx'
import { useStatus } from '#renderer/parts/terminal.tsx'
import { LifeBuoy } from 'lucide-react'
import { lazy, Suspense, useState } from 'react'
import styles from './stopped.module.css'

const Rescue = lazy(async () => ({ default: (await import('./rescue.tsx')).Rescue }))

export function Stopped({ problem }: { readonly problem: Problem }) {
  const text = useText()
  const words = useProblemWords(problem)
  const { tenant, deviceCode, version } = useStatus()
  const helpLine = tenant?.helpLine ?? null
  const [isRescuing, setRescuing] = useState(false)
  return (
    <main className={styles.screen}>
      <section className={styles.card} role="alert" data-testid={`stopped-${problem.code}`}>
        <StatusShape tone="error" size={64} />
        <h1 className={styles.title}>{text('stopped.title')}</h1>
        <p className={styles.what}>{words.what}</p>
        <div className={styles.act}>
          <ProblemDetails problem={problem} />
          <p>{text('stopped.safe')}</p>
        </div>
        <p className={styles.help}>
          {helpLine === null ? text('stopped.supervisor') : text('stopped.helpLine', { number: helpLine })}
        </p>
        {problem.code === 'store_corrupt' ? (
          <Button icon={LifeBuoy} kind="deep" testId="rescue-open" onPress={() => setRescuing(true)}>
            {text('rescue.open')}
          </Button>
        ) : null}
        <p className={styles.small}>
          {text('stopped.quote', { code: problem.code, till: deviceCode ?? '–', version })}
        </p>
      </section>
      {isRescuing ? (
        <Suspense fallback={null}>
          <Rescue onClose={() => setRescuing(false)} />
        </Suspense>
      ) : null}
    </main>
  )
}
