// A pole display made of code: takes bytes of either command set and keeps what would stand on its two lines. Written from the manuals'
// command tables, knowing nothing of the driver. Opened by open-display.ts (`pole:escpos:virtual:`), demonstrations and tests.
import type { MemoryDevice } from '#drivers/transport/memory.ts'

export type VirtualPole = MemoryDevice & {
  /** Both lines, twenty characters each. */
  readonly lines: () => readonly [string, string]
  /** 1 to 4. */
  readonly brightness: () => number
  /** Bytes of commands that the tables do not have, as hex; empty for a sound driver. */
  readonly unknown: () => readonly string[]
  readonly clears: () => number
}

const COLUMNS = 20
const UNKNOWN_MAX = 100
/** Bytes of a command that has not ended yet. */
const HELD_MAX = 64

type Screen = { cells: string[]; cursor: number; brightness: number; clears: number; isRowText: boolean }

/** A command: how many bytes it takes, 0 while it has not come whole, -1 when there is no such command. */
type Command = (bytes: readonly number[], screen: Screen) => number

export function createVirtualPole(family: 'escpos' | 'cd5220'): VirtualPole {
  const screen: Screen = blank()
  const unknown: string[] = []
  const command = family === 'escpos' ? epson : cd5220
  let held: number[] = []

  const take = (): boolean => {
    const [first] = held
    if (first === undefined) return false
    if (first >= 0x20) {
      write(screen, String.fromCharCode(first))
      held = held.slice(1)
      return true
    }
    const used = command(held, screen)
    if (used === 0) return false
    if (used < 0 && unknown.length < UNKNOWN_MAX) unknown.push(Buffer.from(held.slice(0, 2)).toString('hex'))
    held = held.slice(used < 0 ? 1 : used)
    return true
  }
  return {
    receive: (bytes) => {
      for (const byte of bytes) {
        if (held.length >= HELD_MAX) held = []
        held.push(byte)
        while (take());
      }
    },
    onAnswer: () => () => undefined,
    lines: () => [screen.cells.slice(0, COLUMNS).join(''), screen.cells.slice(COLUMNS).join('')],
    brightness: () => screen.brightness,
    unknown: () => unknown,
    clears: () => screen.clears,
  }
}

function blank(): Screen {
  return {
    cells: Array.from({ length: COLUMNS * 2 }, () => ' '),
    cursor: 0,
    brightness: 4,
    clears: 0,
    isRowText: false,
  }
}

function write(screen: Screen, character: string): void {
  screen.cells[screen.cursor] = character
  screen.cursor = (screen.cursor + 1) % screen.cells.length
}

function clear(screen: Screen): void {
  screen.cells.fill(' ')
  screen.cursor = 0
  screen.clears += 1
  screen.isRowText = false
}

function moveTo(screen: Screen, column: number, row: number): boolean {
  if (column < 1 || column > COLUMNS || row < 1 || row > 2) return false
  screen.cursor = (row - 1) * COLUMNS + column - 1
  return true
}

/** DM-D: ESC @, CLR, HOM, US 1 to 3 (modes), US $ x y (cursor), US X n (brightness). */
const epson: Command = ([first, second, third, fourth], screen) => {
  if (first === 0x0c) {
    clear(screen)
    return 1
  }
  if (first === 0x0b) return moveTo(screen, 1, 1) ? 1 : -1
  if (first !== 0x1b && first !== 0x1f) return -1
  if (second === undefined) return 0
  if (first === 0x1b) {
    if (second !== 0x40) return -1
    reset(screen)
    return 2
  }
  if (second >= 1 && second <= 3) return 2
  if (second === 0x58) {
    if (third === undefined) return 0
    if (third < 1 || third > 4) return -1
    screen.brightness = third
    return 3
  }
  if (second !== 0x24) return -1
  if (third === undefined || fourth === undefined) return 0
  return moveTo(screen, third, fourth) ? 4 : -1
}

/** CD5220: ESC @, CLR, HOM, ESC DC1 to DC3 (modes), ESC l x y, ESC * n, ESC Q A/B text CR; behind ESC Q all but CLR and ESC Q is lost. */
const cd5220: Command = (bytes, screen) => {
  const [first, second, third, fourth] = bytes
  if (first === 0x0c) {
    clear(screen)
    return 1
  }
  if (first === 0x0b) return !screen.isRowText && moveTo(screen, 1, 1) ? 1 : -1
  if (first !== 0x1b) return -1
  if (second === undefined) return 0
  if (second === 0x51) return rowText(bytes, screen)
  if (screen.isRowText) return -1
  if (second === 0x40) {
    reset(screen)
    return 2
  }
  if (second >= 0x11 && second <= 0x13) return 2
  if (second === 0x2a) {
    if (third === undefined) return 0
    if (third < 1 || third > 4) return -1
    screen.brightness = third
    return 3
  }
  if (second !== 0x6c) return -1
  if (third === undefined || fourth === undefined) return 0
  return moveTo(screen, third, fourth) ? 4 : -1
}

function rowText(bytes: readonly number[], screen: Screen): number {
  const end = bytes.indexOf(0x0d)
  if (end < 0) return bytes.length > 3 + COLUMNS ? -1 : 0
  const row = bytes[2] === 0x41 ? 1 : bytes[2] === 0x42 ? 2 : 0
  if (row === 0 || end > 3 + COLUMNS) return -1
  moveTo(screen, 1, row)
  const text = String.fromCharCode(...bytes.slice(3, end)).padEnd(COLUMNS)
  for (const character of text) write(screen, character)
  screen.isRowText = true
  return end + 1
}

function reset(screen: Screen): void {
  clear(screen)
  screen.brightness = 4
}
