// The one keyboard listener of the window: first the scan guard, then the keys of the topmost screen. Screens subscribe
// with useKeys and useScan (keys.tsx). Started once by main.tsx.
import {
  CALM,
  SCAN_END_MS,
  SCAN_GAP_MS,
  SCAN_PREFIX,
  guardAltUp,
  guardEnd,
  guardKey,
  type GuardMove,
  type GuardState,
  type GuardStep,
} from './scan-guard.ts'
import { chordOf, isFreeChord, isScannable, type KeyBindings } from './key-map.ts'
import { createRepeatCheck } from './scan-repeat.ts'
import { playTone } from './sound.ts'
import { isShielded } from './tap-shield.ts'

export type KeyLayer = {
  readonly bindings: () => KeyBindings
  /** Keys that this layer does not know do not fall through to the screen below. */
  readonly isModal: boolean
}
export type ScanHandler = (text: string) => void
/** A code that a scanner saw and could not read, and why: a reason of rpc/devices.ts. */
export type UnreadHandler = (reason: string) => void

type FieldSnapshot = {
  readonly field: HTMLInputElement | HTMLTextAreaElement
  readonly value: string
  /** Where the person was typing. */
  readonly from: number
  readonly to: number
}

/** A timer that comes later than this was held up with the keys that it waits for. */
const LATE_MS = 20

const layers: KeyLayer[] = []
const scanHandlers: { current: ScanHandler }[] = []
const unreadHandlers: { current: UnreadHandler }[] = []
const isRepeat = createRepeatCheck()
const keyUpsToStop = new Set<string>()
/** A scanner's first letters may look like a shortcut: bare keys act only after the scan guard could have spoken. */
const waiting: { chord: string; act: () => void }[] = []

let guard: GuardState = CALM
let prefix = SCAN_PREFIX
let snapshot: FieldSnapshot | null = null
const stopEndTimer = { current: (): void => undefined }
const stopWaitTimer = { current: (): void => undefined }

/** Adds a layer on top; returns how to take it away again. */
export function pushKeyLayer(layer: KeyLayer): () => void {
  layers.push(layer)
  return () => void layers.splice(layers.indexOf(layer), 1)
}

export function pushScanHandler(handler: { current: ScanHandler }): () => void {
  scanHandlers.push(handler)
  return () => void scanHandlers.splice(scanHandlers.indexOf(handler), 1)
}

export function pushUnreadHandler(handler: { current: UnreadHandler }): () => void {
  unreadHandlers.push(handler)
  return () => void unreadHandlers.splice(unreadHandlers.indexOf(handler), 1)
}

/** One character that this till's scanners type before each code; empty: none. */
export function setScanPrefix(next: string): void {
  prefix = next
}

/** Listens until the returned function is called. */
export function listenToWindowKeys(): () => void {
  window.addEventListener('keydown', handleKeyDown, true)
  window.addEventListener('keyup', handleKeyUp, true)
  window.addEventListener('keypress', handleKeyPress, true)
  return () => {
    window.removeEventListener('keydown', handleKeyDown, true)
    window.removeEventListener('keyup', handleKeyUp, true)
    window.removeEventListener('keypress', handleKeyPress, true)
  }
}

function handleKeyDown(event: KeyboardEvent): void {
  const target = targetOf(event)
  const stroke = {
    code: event.code,
    isShift: event.shiftKey,
    isAlt: event.altKey,
    isControl: event.ctrlKey,
    isMeta: event.metaKey,
    isRepeat: event.repeat,
    isSecret: isSecretField(target),
    timeMs: event.timeStamp,
  }
  const isHeld = obeyGuard(guardKey(guard, stroke, prefix), event)
  // What an input method is composing is no shortcut; a scan into it is a scan all the same.
  if (!isHeld && !event.isComposing) handleBinding(event, target)
}

function handleKeyUp(event: KeyboardEvent): void {
  if (event.code.startsWith('Alt')) obeyGuard(guardAltUp(guard, event.timeStamp, prefix), event)
  if (keyUpsToStop.delete(event.code)) stop(event)
}

/** The system types what was entered on the number pad while Alt was held, with no key of its own. */
function handleKeyPress(event: KeyboardEvent): void {
  if (guard.isBurst && !isSecretField(targetOf(event))) stop(event)
}

/** Returns true when the key belongs to a scan and must reach nobody. */
function obeyGuard({ state, step }: GuardMove, event: KeyboardEvent): boolean {
  if (guard.isBurst && !state.isBurst && step.kind !== 'scan') endBurst()
  guard = state
  stopEndTimer.current()
  if (guard.isBurst) stopEndTimer.current = startTimer(SCAN_END_MS, endBurst)
  return obeyStep(step, event)
}

function obeyStep(step: GuardStep, event: KeyboardEvent): boolean {
  if (step.kind === 'pass') return false
  const target = targetOf(event)
  if (step.kind === 'start' || step.kind === 'begin') snapshot = snapshotOf(target)
  if (step.kind === 'start') return false
  stop(event)
  if (event.type === 'keydown') keyUpsToStop.add(event.code)
  if (step.kind === 'stop') {
    if (isField(target)) writeField(target, '')
    return true
  }
  if (step.kind === 'burst' || (step.kind === 'scan' && step.isBurstStart)) waiting.length = 0
  if (step.kind === 'burst' || step.kind === 'scan') putBack()
  if (step.kind === 'scan') deliverTyped(step.text)
  return true
}

function snapshotOf(target: HTMLElement): FieldSnapshot | null {
  if (!isField(target) || isSecretField(target)) return null
  const { value, selectionStart, selectionEnd } = target
  return { field: target, value, from: selectionStart ?? value.length, to: selectionEnd ?? value.length }
}

/** Takes out of the field what a scanner typed into it. */
function putBack(): void {
  if (snapshot === null || snapshot.field.value === snapshot.value) return
  const { field, value, from, to } = snapshot
  writeField(field, value)
  if (document.activeElement === field && field.selectionStart !== null) field.setSelectionRange(from, to)
}

function endBurst(): void {
  const end = guardEnd(guard, prefix)
  guard = CALM
  if (end === null) return
  if (end.kind === 'scan') {
    putBack()
    return deliverTyped(end.text)
  }
  if (snapshot === null || end.text === '') return
  const { field, value, from, to } = snapshot
  writeField(field, value.slice(0, from) + end.text + value.slice(to))
  const caret = from + end.text.length
  if (document.activeElement === field && field.selectionStart !== null) field.setSelectionRange(caret, caret)
}

function deliverTyped(text: string): void {
  if (!isRepeat(text, performance.now())) deliver(text)
  snapshot = null
}

/** A scan of any scanner goes to the screen on top. */
export function deliver(text: string): void {
  snapshot = null
  // The AIM identifier, which a scanner may be programmed to send, tells the kind of code and is no part of it.
  const clean = text.trim().replace(/^\][A-Zdez][0-9A-Za-z](?=.)/, '')
  if (clean !== '') scanHandlers.at(-1)?.current(clean)
}

/** A screen that shows no words for it is heard. */
export function deliverUnread(reason: string): void {
  const handler = unreadHandlers.at(-1)
  if (handler === undefined) playTone('attention')
  else handler.current(reason)
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
  stopWaitTimer.current()
  stopWaitTimer.current = startTimer(SCAN_GAP_MS + 5, runWaiting)
}

/** Gives keys that a busy screen has not heard of yet their turn before it acts. */
function startTimer(ms: number, act: () => void): () => void {
  const startedMs = performance.now()
  const run = () => {
    if (performance.now() - startedMs > ms + LATE_MS) timer = window.setTimeout(act, LATE_MS)
    else act()
  }
  let timer = window.setTimeout(run, ms)
  return () => window.clearTimeout(timer)
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

function targetOf(event: Event): HTMLElement {
  return event.target instanceof HTMLElement ? event.target : document.body
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
