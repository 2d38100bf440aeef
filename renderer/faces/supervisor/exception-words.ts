// How an exception is named in a sentence: its sum, whose money it is, its receipt. Used by the list, the detail and the dialog.
import type { Exception } from '#contract/exceptions-api.ts'
import { formatInr } from '#contract/money.ts'
import { formatIstTime } from '#renderer/parts/ist.ts'
import { useDateText, useText } from '#renderer/parts/language.tsx'
import { useTerminal } from '#renderer/parts/terminal.tsx'
import type { OperatorTile } from '#rpc/procedures.ts'
import { useQuery } from '@tanstack/react-query'

export type ExceptionWords = {
  readonly title: string
  readonly amount: string
  readonly who: string
  readonly consumer: string
  readonly receipt: string
}

const ID_LETTERS_SHOWN = 8

export function useExceptionWords(): (exception: Exception) => ExceptionWords {
  const text = useText()
  return ({ id, kind, amountPaise, payerName, consumerCode, receiptNumber }) => ({
    title:
      receiptNumber ??
      text(kind === 'record' ? 'exception.record' : 'exception.payment', {
        id: id.slice(0, ID_LETTERS_SHOWN),
      }),
    amount: amountPaise === null ? text('exception.noAmount') : formatInr(amountPaise),
    who: payerName ?? consumerCode ?? text('exception.noPayer'),
    consumer: consumerCode ?? text('exception.noReceipt'),
    receipt: receiptNumber ?? text('exception.noReceipt'),
  })
}

/** Date and time as the lists write it. */
export function useMomentText(): (atMs: number) => string {
  const dateText = useDateText()
  return (atMs) => `${dateText(atMs)}, ${formatIstTime(atMs)}`
}

/** The operators this till knows, to give a name to an id or a code. */
export function useOperators(): readonly OperatorTile[] {
  const client = useTerminal()
  const operators = useQuery({
    queryKey: ['operators'],
    queryFn: () => client.operators.list(),
    staleTime: 60_000,
    retry: false,
  })
  return operators.data ?? []
}
