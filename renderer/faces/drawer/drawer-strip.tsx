// Says that the cash drawer stands open, with a tone that comes again until it is closed. Shown among the strips of every counter screen.
import { formatIstTime } from '#renderer/parts/ist.ts'
import { useText } from '#renderer/parts/language.tsx'
import { playTone } from '#renderer/parts/sound.ts'
import { StatusShape } from '#renderer/parts/status-mark.tsx'
import { useEffect } from 'react'

const TONE_EVERY_MS = 20_000

type DrawerStripProps = { readonly sinceMs: number; readonly className: string | undefined }

export function DrawerStrip({ sinceMs, className }: DrawerStripProps) {
  const text = useText()
  useEffect(() => {
    playTone('attention')
    const timer = window.setInterval(() => playTone('attention'), TONE_EVERY_MS)
    return () => window.clearInterval(timer)
  }, [])
  return (
    <p className={className} data-testid="drawer-strip">
      <StatusShape tone="warn" />
      <span>
        <strong>{text('drawerOpen.strip', { time: formatIstTime(sinceMs) })}</strong> {text('drawerOpen.act')}
      </span>
    </p>
  )
}
