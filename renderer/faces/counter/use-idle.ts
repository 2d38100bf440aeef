// Calls back when nobody touched keyboard, mouse or screen for a while. Used by counter.tsx to lock the till.
import { useEffect, useRef } from 'react'

const SIGNS_OF_LIFE = ['keydown', 'pointermove', 'pointerup', 'wheel'] as const

export function useIdle(afterMs: number, onIdle: () => void): void {
  const latest = useRef(onIdle)
  useEffect(() => {
    latest.current = onIdle
  })
  useEffect(() => {
    let timer = window.setTimeout(() => latest.current(), afterMs)
    const restart = () => {
      window.clearTimeout(timer)
      timer = window.setTimeout(() => latest.current(), afterMs)
    }
    for (const name of SIGNS_OF_LIFE) window.addEventListener(name, restart, { capture: true, passive: true })
    return () => {
      window.clearTimeout(timer)
      for (const name of SIGNS_OF_LIFE) window.removeEventListener(name, restart, { capture: true })
    }
  }, [afterMs])
}
