// What the payer sees of the counter: amount, purpose and mode of what is being paid, and nothing about who pays. Pure; published by
// use-customer.ts.
import { CUSTOMER_CODES_MAX } from '#rpc/customer-bounds.ts'
import type { CustomerLine, CustomerMeans, CustomerView } from '#rpc/customer.ts'
import { cartTotal, payNow, type Cart, type CartLine } from './cart.ts'
import type { CounterState, TenderStep } from './counter-state.ts'

/** Enough to tell two bills of one service apart, too little to look anybody up. */
const CODE_END_CHARS = 4

export function customerView({ screen, cart }: CounterState): CustomerView {
  if (screen.at === 'tender') {
    const { mode, step } = screen.tender
    return {
      at: 'paying',
      by: meansOf(mode),
      step: stepOf(step),
      lines: linesOf(cart),
      totalPaise: cartTotal(cart),
    }
  }
  if (screen.at === 'done') {
    const { totalPaise, tenderedPaise, changePaise, payments } = screen.collection
    return {
      at: 'done',
      by: meansOf(payments[0]?.mode ?? ''),
      totalPaise,
      tenderedPaise,
      changePaise,
      receiptNumbers: payments.map(({ receiptNumber }) => receiptNumber),
      paymentIds: payments.slice(0, CUSTOMER_CODES_MAX).map(({ paymentId }) => paymentId),
    }
  }
  if (cart.lines.length === 0) return { at: 'idle' }
  return { at: 'bills', lines: linesOf(cart), totalPaise: cartTotal(cart) }
}

function linesOf({ lines }: Cart): CustomerLine[] {
  return lines.map((line: CartLine) => ({
    service: line.found.serviceName,
    codeEnd: line.found.bill.consumerCode.slice(-CODE_END_CHARS),
    amountPaise: payNow(line),
  }))
}

function meansOf(mode: string): CustomerMeans {
  if (mode === 'CASH') return 'cash'
  return mode.startsWith('CARD') ? 'card' : 'paper'
}

function stepOf(step: TenderStep): Extract<CustomerView, { at: 'paying' }>['step'] {
  switch (step.at) {
    case 'entering':
      return 'asked'
    case 'taking':
      return 'recording'
    case 'charging':
      return 'terminal'
    case 'notKnown':
      return 'notKnown'
    case 'notPaid':
      return 'notPaid'
  }
}
