// What stands in the window when drawing a screen failed: nothing is lost, and one button starts it again. Shown by main.tsx.
import { Button } from '#renderer/parts/button.tsx'
import { useKeys } from '#renderer/parts/keys.tsx'
import { useText } from '#renderer/parts/language.tsx'
import { Panel } from '#renderer/parts/problem-panel.tsx'
import { RefreshCw } from 'lucide-react'
import styles from './app.module.css'

export function ScreenFailed() {
  const text = useText()
  const start = () => window.location.reload()
  useKeys({ Enter: start })
  return (
    <main className={styles.waiting}>
      <Panel
        tone="warn"
        title={text('core.screenFailed')}
        isAlert
        testId="screen-failed"
        actions={
          <Button kind="deep" icon={RefreshCw} chord="Enter" onPress={start} testId="start-screen">
            {text('act.startScreen')}
          </Button>
        }
      >
        <p>{text('core.screenFailedAdvice')}</p>
      </Panel>
    </main>
  )
}
