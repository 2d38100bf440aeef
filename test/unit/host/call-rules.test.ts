// Goal: who may call what is enforced at one door, before the input is looked at, and input that cannot be read is refused by its place, never
// by its value.
import type { AnyProcedure } from '@orpc/server'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { rupees } from '#contract/money.ts'
import { CALLERS } from '#core/people/roles.ts'
import { operatorWith, PIN, startFakeIntegrator, type FakeIntegrator } from './fake-integrator.ts'
import { cashInput, problemOfCall, signInAndOpen, startKit, todaysBill, type HostKit } from './host-kit.ts'

const bill = todaysBill()
let fake: FakeIntegrator
let kit: HostKit
beforeEach(async () => {
  const supervisor = operatorWith({ id: 'op-9', code: '900', name: 'Farida Shaikh', role: 'supervisor' })
  fake = await startFakeIntegrator({ bills: [bill], masters: { operators: [operatorWith(), supervisor] } })
  fake.state.pins.set('900', PIN)
  kit = await startKit(fake)
})
afterEach(async () => {
  await kit.close()
  await fake.close()
})

const stranger = '9d3a6f5e-7b0e-4f43-9a55-0d6b0c6b1f10'

describe('who may call', () => {
  /** Calls of an operator; `shift` marks those that need the own open shift. */
  const calls: { name: string; needs: 'operator' | 'shift'; call: () => Promise<unknown>; code: string }[] = [
    {
      name: 'bill.find',
      needs: 'shift',
      call: async () => await kit.client.bill.find({ text: 'x' }),
      code: 'bill_not_found',
    },
    {
      name: 'bill.refresh',
      needs: 'shift',
      call: async () =>
        await kit.client.bill.refresh({ tenantId: 'pb.x', businessService: 'WS', consumerCode: 'x' }),
      code: 'bill_other_tenant',
    },
    {
      name: 'payment.check',
      needs: 'shift',
      call: async () => await kit.client.payment.check(cashInput([bill])),
      code: 'none',
    },
    {
      name: 'payment.take',
      needs: 'shift',
      call: async () => await kit.client.payment.take(cashInput([bill])),
      code: 'bill_not_found',
    },
    {
      name: 'collection.get',
      needs: 'shift',
      call: async () => await kit.client.collection.get({ collectionId: stranger }),
      code: 'payment_not_found',
    },
    {
      name: 'receipt.search',
      needs: 'operator',
      call: async () => await kit.client.receipt.search({ text: '' }),
      code: 'none',
    },
    {
      name: 'receipt.get',
      needs: 'operator',
      call: async () => await kit.client.receipt.get({ paymentId: stranger }),
      code: 'payment_not_found',
    },
    {
      name: 'receipt.reprint',
      needs: 'operator',
      call: async () => await kit.client.receipt.reprint({ paymentId: stranger }),
      code: 'payment_not_found',
    },
    {
      name: 'receipt.render',
      needs: 'operator',
      call: async () => await kit.client.receipt.render({ paymentId: stranger, form: 'text' }),
      code: 'payment_not_found',
    },
    {
      name: 'queue.list',
      needs: 'operator',
      call: async () => await kit.client.queue.list(),
      code: 'none',
    },
    {
      name: 'queue.sendNow',
      needs: 'operator',
      call: async () => await kit.client.queue.sendNow(),
      code: 'none',
    },
    {
      name: 'shift.open',
      needs: 'operator',
      call: async () => await kit.client.shift.open({ denominations: [] }),
      code: 'none',
    },
  ]

  test.each(calls)(
    '$name: refused to nobody, then by its need of $needs, then it does its work',
    async (one) => {
      const codeNow = async () => (await problemOfCall(one.call())).code
      expect(await codeNow()).toBe('not_signed_in')
      await kit.client.session.signIn({ operatorCode: '101', pin: PIN })
      expect(await codeNow()).toBe(one.needs === 'shift' ? 'shift_not_open' : one.code)
      if (one.needs !== 'shift') return
      await kit.client.shift.open({ denominations: [] })
      expect(await codeNow()).toBe(one.code)
    },
  )

  test('who is asking is checked before what is asked', async () => {
    expect((await problemOfCall(kit.client.bill.find({ text: '' }))).code).toBe('not_signed_in')
    expect(await kit.client.operators.list()).toHaveLength(2)
  })

  test('the drawer of a colleague is closed to everybody else', async () => {
    await signInAndOpen(kit.client)
    await kit.client.session.signOut()
    expect((await kit.client.terminal.status()).shift?.operatorName).toBe('Meena Kulkarni')
    await kit.client.session.signIn({ operatorCode: '900', pin: PIN })
    expect(await problemOfCall(kit.client.bill.find({ text: bill.consumerCode }))).toEqual({
      code: 'shift_not_open',
      data: { isOpenForOther: true },
    })
    expect(await problemOfCall(kit.client.shift.open({ denominations: [] }))).toEqual({
      code: 'shift_already_open',
      data: { shiftNumber: 1 },
    })
  })

  test('a restart signs everybody out and keeps the shift', async () => {
    await signInAndOpen(kit.client)
    await kit.restart()
    expect(await kit.client.terminal.status()).toMatchObject({ operator: null, shift: { number: 1 } })
    expect((await problemOfCall(kit.client.queue.list())).code).toBe('not_signed_in')
  })
})

describe('input', () => {
  test('what cannot be read names its place and never repeats the value', async () => {
    const call = kit.client.session.signIn({ operatorCode: '101', pin: 'secret-pin' })
    const problem = await problemOfCall(call)
    expect(problem).toEqual({ code: 'input_invalid', data: { field: 'pin' } })
  })

  test.each([
    { denominations: [{ denominationPaise: rupees(3), count: 1 }] },
    { denominations: [{ denominationPaise: rupees(100), count: -1 }] },
  ])('a float of %o', async (input) => {
    await kit.client.session.signIn({ operatorCode: '101', pin: PIN })
    expect((await problemOfCall(kit.client.shift.open(input))).code).toBe('input_invalid')
  })

  test('more of a field than the contract knows is refused', async () => {
    await signInAndOpen(kit.client)
    const input = { ...cashInput([bill]), discount: 5 }
    expect((await problemOfCall(kit.client.payment.take(input))).code).toBe('input_invalid')
  })
})

test('every procedure of the contract has its handler', () => {
  const paths = (node: object, path: string[] = []): string[] =>
    Object.entries(node).flatMap(([name, value]: [string, object]) =>
      '~orpc' in value ? [[...path, name].join('.')] : paths(value, [...path, name]),
    )
  const handlers = paths(kit.host.router)
  expect(handlers.toSorted()).toEqual(Object.keys(CALLERS).toSorted())
  for (const path of handlers) {
    const procedure = path
      .split('.')
      .reduce<unknown>((node, name) => Reflect.get(node as object, name), kit.host.router)
    expect((procedure as AnyProcedure)['~orpc'].middlewares).toHaveLength(1)
  }
})
