// From the address in the settings to the line of a pole display. Called by the host when it starts.
import { DriverProblem } from '#drivers/problem.ts'
import { networkTransport } from '#drivers/transport/network.ts'
import { BAUD_RATE_MAX, BAUD_RATE_MIN, serialTransport } from '#drivers/transport/serial.ts'
import type { Transport } from '#drivers/transport/transport.ts'
import { createVirtualPole, type VirtualPole } from '#drivers/virtual/pole-display.ts'
import { memoryTransport } from '#drivers/transport/memory.ts'
import { poleFamilies, type PoleBrightness, type PoleFamily } from './pole-commands.ts'

const ADDRESS_CHARS_MAX = 512
const BAUD_DEFAULT = 9_600
const NOUN = 'display'

export const DISPLAY_ADDRESSES =
  'pole:escpos:serial:PATH[?baud=9600&brightness=4], pole:cd5220:serial:PATH, pole:escpos:tcp://HOST:PORT or pole:escpos:virtual:'

type Address = {
  readonly family: PoleFamily
  readonly transport: Transport
  readonly brightness: PoleBrightness
  /** The device at the other end of `virtual:`; else null. */
  readonly virtual: VirtualPole | null
}

/** @throws DriverProblem `device_address_invalid` */
export function parsePoleAddress(address: string): Address {
  const text = address.trim()
  const [, familyName = '', where = '', query = ''] =
    /^pole:(escpos|cd5220):([^?\s]+)(?:\?(\S*))?$/.exec(text) ?? []
  if (text.length > ADDRESS_CHARS_MAX || where === '') throw notUnderstood(text)
  const settings = new URLSearchParams(query)
  if ([...settings.keys()].some((name) => name !== 'baud' && name !== 'brightness')) throw notUnderstood(text)
  const family = familyName === 'cd5220' ? poleFamilies.cd5220 : poleFamilies.escpos
  const brightness = brightnessOf(settings.get('brightness') ?? '4')
  const virtual =
    where === 'virtual:' ? createVirtualPole(familyName === 'cd5220' ? 'cd5220' : 'escpos') : null
  const transport =
    virtual === null
      ? transportAt(where, settings.get('baud') ?? String(BAUD_DEFAULT))
      : memoryTransport(virtual, 'virtual display', NOUN)
  if (brightness === null || transport === null) throw notUnderstood(text)
  return { family, transport, brightness, virtual }
}

function transportAt(where: string, baud: string): Transport | null {
  const path = /^serial:(.+)$/.exec(where)?.[1]
  if (path !== undefined) {
    const baudRate = Number(baud)
    const isSpeed = /^\d{3,6}$/.test(baud) && baudRate >= BAUD_RATE_MIN && baudRate <= BAUD_RATE_MAX
    return isSpeed ? serialTransport({ path, baudRate, noun: NOUN }) : null
  }
  const [, host, port] = /^tcp:\/\/([\w.-]{1,253}):(\d{1,5})$/.exec(where) ?? []
  if (host !== undefined && Number(port) >= 1 && Number(port) <= 65_535)
    return networkTransport({ host, port: Number(port), noun: NOUN })
  return null
}

function brightnessOf(text: string): PoleBrightness | null {
  const level = Number(text)
  return level === 1 || level === 2 || level === 3 || level === 4 ? level : null
}

function notUnderstood(address: string): DriverProblem {
  return new DriverProblem(
    'device_address_invalid',
    `A pole display must be ${DISPLAY_ADDRESSES}, not ${address.slice(0, ADDRESS_CHARS_MAX)}.`,
  )
}
