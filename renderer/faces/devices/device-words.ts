// What the device check shows of a kind, a tone and a moment. Called by the parts of this face.
import { formatIstTime } from '#renderer/parts/ist.ts'
import { isPathName } from '#renderer/parts/path-name.ts'
import type { Tone } from '#renderer/parts/tone.ts'
import type { Text, TextKey } from '#renderer/text/catalog.ts'
import type { Device, DeviceKind, DeviceTone, DeviceTrouble } from '#rpc/devices.ts'
import {
  Archive,
  Cable,
  CreditCard,
  IdCard,
  MonitorSmartphone,
  PanelTop,
  Printer,
  ScanBarcode,
  type LucideIcon,
} from 'lucide-react'

export const DEVICE_TONES: Readonly<Record<DeviceTone, Tone>> = {
  green: 'ok',
  amber: 'warn',
  red: 'error',
  grey: 'off',
}

export const KIND_ICONS: Readonly<Record<DeviceKind, LucideIcon>> = {
  printer: Printer,
  scanner: ScanBarcode,
  card_reader: IdCard,
  card_terminal: CreditCard,
  drawer: Archive,
  pole_display: PanelTop,
  display: MonitorSmartphone,
  other: Cable,
}

/** A device without a name, or whose only name is the path of a file, is called what it is; its address stands beside it. */
export function deviceName({ name, kind }: Pick<Device, 'name' | 'kind'>, text: Text): string {
  return name === '' || isPathName(name) ? text(`check.kind.${kind}`) : name
}

/** What is wrong with a device and what to do about it. */
export function troubleWords(
  { code }: DeviceTrouble,
  text: Text,
): { readonly what: string; readonly act: string } {
  const key: TextKey = `trouble.${code}`
  return { what: text(key), act: text(`${key}.act`) }
}

/** `10:42:07`, 24 hours, in India. */
export function secondsText(atMs: number): string {
  const seconds = Math.floor(atMs / 1000) % 60
  return `${formatIstTime(atMs)}:${String(seconds).padStart(2, '0')}`
}
