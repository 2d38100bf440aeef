// Goal: every procedure names who may call it, in one table that agrees with the list of procedures, and the door holds to it.
import { describe, expect, test } from 'vitest'
import { ROLES } from '#contract/api.ts'
import { ProblemError } from '#contract/problem.ts'
import { CALLERS, callersOf, requireFace, requireRole } from '#core/people/roles.ts'
import type { ProcedureMeta } from '#rpc/callers.ts'
import { procedures } from '#rpc/procedures.ts'

type Named = { readonly path: string; readonly meta: ProcedureMeta; readonly codes: readonly string[] }

function listOf(node: object, path: readonly string[] = []): Named[] {
  return Object.entries(node).flatMap(([name, value]: [string, object]) => {
    if (!('~orpc' in value)) return listOf(value, [...path, name])
    const { meta, errorMap } = value['~orpc'] as { meta: ProcedureMeta; errorMap: object }
    return [{ path: [...path, name].join('.'), meta, codes: Object.keys(errorMap) }]
  })
}

const all = listOf(procedures)
const codeOf = (work: () => unknown): string => {
  try {
    work()
    return 'none'
  } catch (error) {
    if (error instanceof ProblemError) return error.code
    throw error
  }
}

test('the table names every procedure and nothing else', () => {
  expect(Object.keys(CALLERS).toSorted()).toEqual(all.map(({ path }) => path).toSorted())
})

describe.each(all)('$path', ({ path, meta, codes }) => {
  test('says the same in the table and in its list', () => {
    const callers = callersOf(path)
    const isOpen = callers === 'anyone'
    expect(meta.needs === 'nobody').toBe(isOpen)
    expect(codes.includes('role_not_allowed') || isOpen).toBe(true)
    // A list that names roles names the same ones.
    const named = meta.roles.length === 0 ? callers : meta.roles
    expect(named).toEqual(callers)
  })

  test.each(ROLES)('lets in or refuses a %s', (role) => {
    const callers = callersOf(path)
    const isAllowed = callers === 'anyone' || callers.includes(role)
    expect(codeOf(() => requireRole(path, role))).toBe(isAllowed ? 'none' : 'role_not_allowed')
  })
})

test('what a supervisor decides is closed to collector, cashier and kiosk', () => {
  for (const path of ['exceptions.list', 'exceptions.act'])
    for (const role of ['collector', 'cashier', 'kiosk'] as const)
      expect(codeOf(() => requireRole(path, role))).toBe('role_not_allowed')
})

test('a kiosk never looks through what others paid, and works without a person only', () => {
  for (const path of ['receipt.search', 'receipt.get', 'receipt.reprint', 'queue.list'])
    expect(codeOf(() => requireRole(path, 'kiosk'))).toBe('role_not_allowed')
  expect(codeOf(() => requireFace('kiosk', { isUnattended: false }))).toBe('role_not_allowed')
  expect(codeOf(() => requireFace('kiosk', { isUnattended: true }))).toBe('none')
  expect(codeOf(() => requireFace('cashier', { isUnattended: false }))).toBe('none')
})

test('a procedure that stands in no row is a mistake of the program, not an open door', () => {
  expect(() => requireRole('drawer.kick', 'supervisor')).toThrow('core/people/roles.ts')
})
