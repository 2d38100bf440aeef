// A counter at work whose office is the fake integrator of the host tests: quick to open, with a supervisor 900 beside the cashier 101.
// Called by the tests of cards, limits and shifts.
import type { Browser, Page } from 'playwright-core'
import type { Bill } from '#contract/bill.ts'
import type { Limits } from '#contract/limits.ts'
import type { HostTuning } from '#host/tuning.ts'
import {
  operatorWith,
  PIN,
  startFakeIntegrator,
  type FakeIntegrator,
} from '#test/unit/host/fake-integrator.ts'
import { startKit, type HostKit } from '#test/unit/host/host-kit.ts'
import { openPage, pastShield, startWork } from './counter-kit.ts'
import { openShell } from './open-browser.ts'

export type OfficeCounter = {
  readonly page: Page
  readonly kit: HostKit
  readonly fake: FakeIntegrator
  /** What the page complained about. */
  readonly complaints: string[]
  /** Leaves the browser open. */
  close(): Promise<void>
}

type OfficeWishes = {
  readonly bills: Bill[]
  readonly limits?: Limits
  readonly tuning?: Partial<HostTuning>
}

/** Signed in as 101, with a shift of two notes of ₹500. */
export async function openOfficeCounter(browser: Browser, wishes: OfficeWishes): Promise<OfficeCounter> {
  const { bills, limits, tuning = {} } = wishes
  const farida = operatorWith({ id: 'op-9', code: '900', name: 'Farida Shaikh', role: 'supervisor' })
  const operators = [operatorWith(), farida]
  const masters = limits === undefined ? { operators } : { operators, limits }
  const fake = await startFakeIntegrator({ bills, masters })
  fake.state.pins.set('900', PIN)
  const kit = await startKit(fake, { tuning })
  const shell = await openShell(kit.host, kit.dataDir)
  const complaints: string[] = []
  const page = await openPage(browser, shell, complaints)
  await startWork(page, '101', PIN)
  await pastShield(page)
  return {
    page,
    kit,
    fake,
    complaints,
    close: async () => {
      await page.context().close()
      await shell.close()
      await kit.close()
      await fake.close()
    },
  }
}
