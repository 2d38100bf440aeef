// What the rescue procedure answers, from what was salvaged. Called by router.ts.
import { paise, type Paise } from '#contract/money.ts'
import type { RescueResult } from './rescue-folder.ts'

type RescueAnswer = {
  fileName: string
  text: string
  codes: string[] | null
  recordCount: number
  paymentCount: number
  amountPaise: Paise
  leftOutCount: number
}

export function rescueAnswer(result: RescueResult): RescueAnswer {
  return {
    fileName: result.fileName,
    text: result.sealed,
    codes: result.frames === null ? null : [...result.frames],
    recordCount: result.recordCount,
    paymentCount: result.paymentCount,
    amountPaise: paise(result.amountPaise),
    leftOutCount: result.beyondCount,
  }
}
