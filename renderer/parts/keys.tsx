// Hooks by which screens hear keys and scans. The layer mounted last is asked first.
import { useEffect, useRef } from 'react'
import type { KeyBindings } from './key-map.ts'
import {
  pushKeyLayer,
  pushScanHandler,
  pushUnreadHandler,
  type ScanHandler,
  type UnreadHandler,
} from './window-keys.ts'

type KeysOptions = { readonly isModal?: boolean }

/** Keys of this screen while it is mounted. Bindings may change with each render. */
export function useKeys(bindings: KeyBindings, { isModal = false }: KeysOptions = {}): void {
  const latest = useRef(bindings)
  useEffect(() => {
    latest.current = bindings
  })
  useEffect(() => pushKeyLayer({ bindings: () => latest.current, isModal }), [isModal])
}

/** Gets every scan while it is mounted, unless a screen mounted later takes them. */
export function useScan(handler: ScanHandler): void {
  const latest = useRef(handler)
  useEffect(() => {
    latest.current = handler
  })
  useEffect(() => pushScanHandler({ current: (text) => latest.current(text) }), [])
}

/** Gets word of every code that a scanner could not read, unless a screen mounted later takes it. */
export function useUnreadScan(handler: UnreadHandler): void {
  const latest = useRef(handler)
  useEffect(() => {
    latest.current = handler
  })
  useEffect(() => pushUnreadHandler({ current: (reason) => latest.current(reason) }), [])
}
