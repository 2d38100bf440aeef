// Charge of this machine's battery, where the browser tells it; null: no battery, or it is not known. Used by readiness.tsx.
import { useEffect, useState } from 'react'

export type Battery = { readonly percent: number; readonly isCharging: boolean }

type BatteryManager = EventTarget & { readonly level: number; readonly charging: boolean }
type WithBattery = Navigator & { readonly getBattery?: () => Promise<BatteryManager> }

const CHANGES = ['levelchange', 'chargingchange'] as const

export function useBattery(): Battery | null {
  const [battery, setBattery] = useState<Battery | null>(null)
  useEffect(() => {
    let manager: BatteryManager | null = null
    let isGone = false
    const read = () => {
      if (manager === null || isGone) return
      // A machine without a battery answers as full and charging.
      const isMains = manager.charging && manager.level === 1
      setBattery(isMains ? null : { percent: Math.round(manager.level * 100), isCharging: manager.charging })
    }
    const watch = async () => {
      manager = (await (navigator as WithBattery).getBattery?.()) ?? null
      for (const change of CHANGES) manager?.addEventListener(change, read)
      read()
    }
    // Refused by policy: then it is not known.
    watch().catch(() => undefined)
    return () => {
      isGone = true
      for (const change of CHANGES) manager?.removeEventListener(change, read)
    }
  }, [])
  return battery
}
