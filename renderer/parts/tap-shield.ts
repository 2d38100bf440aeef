// Ignores taps and presses for a moment after a screen changed, so that a double tap on one screen never confirms
// something on the next. Laid around every screen that moves money.
import { useLayoutEffect } from 'react'

export const SHIELD_MS = 350

const SHIELDED_EVENTS = [
  'pointerdown',
  'pointerup',
  'mousedown',
  'mouseup',
  'touchstart',
  'touchend',
  'click',
] as const

let shieldEndsAtMs = 0
let shieldedScreen = ''

/** Whether a press would hit a screen that only just appeared. */
export function isShielded(): boolean {
  return performance.now() < shieldEndsAtMs
}

function raiseShield(screen: string): void {
  if (screen === shieldedScreen) return
  shieldedScreen = screen
  shieldEndsAtMs = performance.now() + SHIELD_MS
}

/** Shields the window whenever `screen` changes. */
export function useTapShield(screen: string): void {
  useLayoutEffect(() => raiseShield(screen), [screen])
  useLayoutEffect(() => {
    // A press that began under the shield stays stopped until its click is through.
    let isPressStopped = false
    const onPointer = (event: Event) => {
      if (event.type === 'pointerdown') isPressStopped = isShielded()
      if (isShielded() || isPressStopped) stop(event)
      if (event.type === 'click') isPressStopped = false
    }
    const onKey = (event: KeyboardEvent) => {
      const isPress = event.code === 'Enter' || event.code === 'NumpadEnter' || event.code === 'Space'
      if (isPress && !isTyping(event) && (isShielded() || event.repeat)) stop(event)
    }
    for (const name of SHIELDED_EVENTS) window.addEventListener(name, onPointer, true)
    window.addEventListener('keydown', onKey, true)
    return () => {
      for (const name of SHIELDED_EVENTS) window.removeEventListener(name, onPointer, true)
      window.removeEventListener('keydown', onKey, true)
    }
  }, [])
}

/** A space inside a text is no press. */
function isTyping(event: KeyboardEvent): boolean {
  return event.code === 'Space' && event.target instanceof HTMLInputElement
}

function stop(event: Event): void {
  event.preventDefault()
  event.stopImmediatePropagation()
}
