// Keeps what a virtual printer prints as slip-0001.png and slip-0001.txt in a folder. Called by open-printer.ts and
// printer-server.ts.
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DriverProblem } from '#drivers/problem.ts'
import type { Slip } from './paper.ts'
import { slipToPng } from './slip-image.ts'
import { slipToText } from './slip-text.ts'

/**
 * @returns what to call for each slip; numbers go on after those already in the folder
 * @throws DriverProblem `file_not_writable`
 */
export function openSlipFolder(
  folder: string,
  paper: { dots: number; columns: number },
): (slip: Slip) => void {
  let number = 0
  try {
    mkdirSync(folder, { recursive: true })
    number = lastNumber(readdirSync(folder))
  } catch (cause) {
    throw notWritable(folder, cause)
  }
  return (slip) => {
    number += 1
    const path = join(folder, `slip-${String(number).padStart(4, '0')}`)
    try {
      writeFileSync(`${path}.txt`, slipToText(slip, paper.columns))
      writeFileSync(`${path}.png`, slipToPng(slip, paper))
    } catch (cause) {
      throw notWritable(folder, cause)
    }
  }
}

function lastNumber(names: readonly string[]): number {
  const numbers = names.map((name) => Number(/^slip-(\d+)\.(?:png|txt)$/.exec(name)?.[1] ?? 0))
  return Math.max(0, ...numbers)
}

function notWritable(folder: string, cause: unknown): DriverProblem {
  return new DriverProblem(
    'file_not_writable',
    `The folder for printed slips cannot be written: ${folder}. Choose another folder or free some disk space.`,
    { cause },
  )
}
