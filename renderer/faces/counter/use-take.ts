// Runs a payment to a known outcome: takes it, and while the answer is lost looks it up until it is found. Used by
// counter.tsx.
import type { TakeInput } from '#rpc/procedures.ts'
import { useRefreshStatus, useTerminal } from '#renderer/parts/terminal.tsx'
import { playTone } from '#renderer/parts/sound.ts'
import { useCallback, useEffect, useRef, type Dispatch } from 'react'
import type { CounterAction, CounterState } from './counter-state.ts'
import { forgetInFlight, rememberedInFlight, rememberInFlight } from './in-flight.ts'
import { lookUp, takeMoney, type TakeOutcome } from './take-money.ts'

const LOOK_UP_EVERY_MS = 2000

export function useTake(state: CounterState, dispatch: Dispatch<CounterAction>) {
  const client = useTerminal()
  const refresh = useRefreshStatus()
  const isBusy = useRef(false)

  const settle = useCallback(
    (outcome: TakeOutcome) => {
      if (outcome.kind !== 'notKnown') forgetInFlight()
      playTone(outcome.kind === 'taken' ? 'paid' : 'failed')
      switch (outcome.kind) {
        case 'taken':
          dispatch({ do: 'taken', collection: outcome.collection })
          break
        case 'refused':
          dispatch({ do: 'refused', problem: outcome.problem })
          break
        case 'nothingRecorded':
          dispatch({ do: 'nothingRecorded' })
          break
        case 'notKnown':
          dispatch({ do: 'answerLost' })
          break
      }
      void refresh()
    },
    [dispatch, refresh],
  )

  const take = useCallback(
    async (input: TakeInput) => {
      if (isBusy.current) return
      isBusy.current = true
      rememberInFlight(input.collectionId)
      dispatch({ do: 'take', input })
      try {
        settle(await takeMoney(client, input))
      } finally {
        isBusy.current = false
      }
    },
    [client, dispatch, settle],
  )

  const lostId = lostCollectionId(state)
  const lookAgain = useCallback(async () => {
    if (lostId === null || isBusy.current) return
    isBusy.current = true
    try {
      const outcome = await lookUp(client, lostId)
      if (outcome.kind !== 'notKnown') settle(outcome)
    } finally {
      isBusy.current = false
    }
  }, [client, lostId, settle])

  useEffect(() => {
    if (lostId === null) return undefined
    const timer = window.setInterval(() => void lookAgain(), LOOK_UP_EVERY_MS)
    return () => window.clearInterval(timer)
  }, [lookAgain, lostId])

  useEffect(() => {
    const collectionId = rememberedInFlight()
    if (collectionId !== null && !isBusy.current) dispatch({ do: 'resume', collectionId })
  }, [dispatch])

  return { take, lookAgain }
}

function lostCollectionId({ screen }: CounterState): string | null {
  return screen.at === 'tender' && screen.tender.step.at === 'notKnown' ? screen.tender.collectionId : null
}
