// The one keyboard listener of the window: first the scan guard, then the keys of the topmost screen. Screens subscribe
// with useKeys and useScan (keys.tsx). Started once by main.tsx.
import {
  CALM,
  SCAN_END_MS,
  SCAN_GAP_MS,
  guardEnd,
  guardKey,
  type GuardState,
  type GuardStep,
} from './scan-guard.ts'
import { chordOf, isFreeChord, isScannable, type KeyBindings } from './key-map.ts'
import { isShielded } from './tap-shield.ts'

export type KeyLayer = {
  readonly bindings: () => KeyBindings
  /** Keys that this layer does not know do not fall through to the screen below. */
  readonly isModal: boolean
}
export type ScanHandler = (text: string) => void

type FieldSnapshot = { readonly field: HTMLInputElement | HTMLTextAreaElement; readonly value: string }

const layers: KeyLayer[] = []
const scanHandlers: { current: ScanHandler }[] = []
const keyUpsToStop = new Set<string>()
/** A scanner's first letters may look like a shortcut: bare keys act only after the scan guard could have spoken. */
const waiting: { chord: string; act: () => void }[] = []

let guard: GuardState = CALM
let snapshot: FieldSnapshot | null = null
let endTimer = 0
let waitTimer = 0

/** Adds a layer on top; returns how to take it away again. */
export function pushKeyLayer(layer: KeyLayer): () => void {
  layers.push(layer)
  return () => void layers.splice(layers.indexOf(layer), 1)
}

export function pushScanHandler(handler: { current: ScanHandler }): () => void {
  scanHandlers.push(handler)
  return () => void scanHandlers.splice(scanHandlers.indexOf(handler), 1)
}

/** Listens until the returned function is called. */
export function listenToWindowKeys(): () => void {
  const onKeyDown = (event: KeyboardEvent) => handleKeyDown(event)
  const onKeyUp = (event: KeyboardEvent) => {
    if (keyUpsToStop.delete(event.code)) stop(event)
  }
  window.addEventListener('keydown', onKeyDown, true)
  window.addEventListener('keyup', onKeyUp, true)
  return () => {
    window.removeEventListener('keydown', onKeyDown, true)
    window.removeEventListener('keyup', onKeyUp, true)
  }
}

function handleKeyDown(event: KeyboardEvent): void {
  if (event.isComposing) return
  const target = event.target instanceof HTMLElement ? event.target : document.body
  const next = guardKey(guard, {
    code: event.code,
    isShift: event.shiftKey,
    hasModifier: event.ctrlKey || event.altKey || event.metaKey,
    isRepeat: event.repeat,
    isSecret: isSecretField(target),
    timeMs: event.timeStamp,
  })
  if (guard.isBurst && !next.state.isBurst && next.step.kind !== 'scan') endBurst()
  guard = next.state
  window.clearTimeout(endTimer)
  if (guard.isBurst) endTimer = window.setTimeout(endBurst, SCAN_END_MS)
  if (obeyGuard(next.step, event, target)) return
  handleBinding(event, target)
}

/** Returns true when the key belongs to a scan and must reach nobody. */
function obeyGuard(step: GuardStep, event: KeyboardEvent, target: HTMLElement): boolean {
  if (step.kind === 'pass') return false
  if (step.kind === 'start') {
    snapshot = isField(target) ? { field: target, value: target.value } : null
    return false
  }
  stop(event)
  keyUpsToStop.add(event.code)
  if (step.kind === 'stop') {
    if (isField(target)) writeField(target, '')
    return true
  }
  if (step.kind === 'burst' || (step.kind === 'scan' && step.isBurstStart)) {
    waiting.length = 0
    if (snapshot !== null) writeField(snapshot.field, snapshot.value)
  }
  if (step.kind === 'scan') deliver(step.text)
  return true
}

function endBurst(): void {
  const end = guardEnd(guard)
  guard = CALM
  if (end === null) return
  if (end.kind === 'scan') deliver(end.text)
  else if (snapshot !== null) writeField(snapshot.field, snapshot.field.value + end.text)
}

/** A scan of any scanner goes to the screen on top. */
export function deliver(text: string): void {
  snapshot = null
  // The AIM identifier, which a scanner may be programmed to send, tells the kind of code and is no part of it.
  const clean = text.trim().replace(/^\][A-Zdez][0-9A-Za-z](?=.)/, '')
  if (clean !== '') scanHandlers.at(-1)?.current(clean)
}

function handleBinding(event: KeyboardEvent, target: HTMLElement): void {
  const chord = chordOf(event)
  if (chord === null) return
  const act = findBinding(chord, target)
  if (act === null) return
  if (!isScannable(chord)) {
    runWaiting()
    if (!event.repeat || chord.startsWith('Arrow')) act()
    if (chord !== 'Backspace') stop(event)
    return
  }
  event.preventDefault()
  if (chord === 'Enter' && (event.repeat || isShielded())) return
  waiting.push({ chord, act })
  window.clearTimeout(waitTimer)
  waitTimer = window.setTimeout(runWaiting, SCAN_GAP_MS + 5)
}

function runWaiting(): void {
  for (const { act } of waiting.splice(0)) act()
}

function findBinding(chord: string, target: HTMLElement): (() => void) | null {
  if (!mayTakeKey(chord, target)) return null
  for (const layer of layers.toReversed()) {
    const binding = layer.bindings()[chord]
    if (binding !== undefined) return binding
    if (layer.isModal) return null
  }
  return null
}

/** Whether a screen may have this key, or the focused control needs it for itself. */
function mayTakeKey(chord: string, target: HTMLElement): boolean {
  if (isFreeChord(chord)) return true
  // A panel beside the screen: what is pressed in it is not meant for the screen.
  if (target.closest('[data-apart]') !== null) return false
  if (chord === 'Enter') return !target.matches('button, a, textarea, [role="button"], [role="radio"]')
  if (!isField(target)) return !chord.startsWith('Arrow') || target === document.body
  if (/^Arrow(Up|Down)$/.test(chord)) return target.type !== 'radio'
  // Where only digits are typed, letters are free for shortcuts.
  if (target.dataset['digits'] !== undefined) return !/^(Digit|Numpad|Backspace|Delete|Arrow)/.test(chord)
  return chord === 'Delete' && target.value === '' && !isSecretField(target)
}

function isField(target: EventTarget | null): target is HTMLInputElement | HTMLTextAreaElement {
  return target instanceof HTMLTextAreaElement || target instanceof HTMLInputElement
}

function isSecretField(target: HTMLElement): boolean {
  return target.matches('input[type="password"], [data-secret]')
}

/** Sets a field as if it had been typed, so that React hears of it. */
function writeField(field: HTMLInputElement | HTMLTextAreaElement, value: string): void {
  if (field.value === value) return
  const owner = field instanceof HTMLInputElement ? HTMLInputElement : HTMLTextAreaElement
  Object.getOwnPropertyDescriptor(owner.prototype, 'value')?.set?.call(field, value)
  field.dispatchEvent(new Event('input', { bubbles: true }))
}

function stop(event: Event): void {
  event.preventDefault()
  event.stopImmediatePropagation()
}
