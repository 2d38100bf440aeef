// Plots that tell one rare story on purpose, again and again over the first hours: what random days bring about once in thousands
// of worlds. Called by run-seed.
import { keyOf, raiseTax } from './plot.ts'
import type { Plot, Town } from './plot.ts'
import { decide } from './table-acts.ts'

const minuteMs = 60_000
const noConsent = { isAdvanceAgreed: false, isPartAgreed: false }

export function stageStory(town: Town, story: Plot): void {
  const { world, plot } = town
  const tell: Record<Plot, (town: Town) => void> = {
    'stale-bill': tellStaleBill,
    'suspense-before-restore': tellSuspense,
    'bill-replaced-in-flight': (own) => tellInFlight(own, false),
    'restore-in-flight': (own) => tellInFlight(own, true),
    'bill-lowered': tellLowered,
    'paid-in-flight': tellPaidInFlight,
    'paid-in-lag': tellLag,
    undone: tellUndone,
  }
  for (let time = 0; time < 5; time += 1) {
    const atMs = (20 + time * 45) * minuteMs + plot.whole(0, 10 * minuteMs)
    world.timeline.after(atMs, () => tell[story](town))
  }
}

/** Somebody pays; while the request is inside DIGIT the bill is replaced, perhaps the integrator too. */
function tellInFlight(town: Town, isRestored: boolean): void {
  const { world, plot, digit, integrator, tills, consumers } = town
  const consumer = plot.pick(consumers)
  const { timeline } = world
  const till = plot.pick(tills)
  void till.visit({
    consumers: [consumer],
    mode: 'CASH',
    partShare: 0.3,
    thinkMs: 5_000,
    isFromCache: false,
    consent: noConsent,
  })
  timeline.after(plot.whole(7_000, isRestored ? 20_000 : 90_000), () => {
    void digit.elsewhere(`another tax for ${consumer.consumerCode}`, () => raiseTax(digit, consumer, 50))
  })
  if (!isRestored) return
  timeline.after(plot.whole(5_500, 7_000), integrator.backup)
  timeline.after(plot.whole(7_500, 10_000), integrator.restore)
  // whatever the backup lacks is handed over again with the till's next record
  for (const atMs of [20_000, 40_000, 75_000]) timeline.after(atMs, till.signIn)
}

/** Somebody pays; while the request is on its way another counter takes money for the same bill. */
function tellPaidInFlight({ world, plot, digit, tills, consumers }: Town): void {
  const consumer = plot.pick(consumers)
  void plot.pick(tills).visit({
    consumers: [consumer],
    mode: 'CASH',
    partShare: 0.3,
    thinkMs: 5_000,
    isFromCache: false,
    consent: noConsent,
  })
  world.timeline.after(plot.whole(5_500, 30_000), () => {
    void digit.elsewhere('pays meanwhile', () => digit.admin.payElsewhere(keyOf(consumer)))
  })
}

/** Another counter is paid, billing does not hear of it, and the next bill asks for the same money again. */
function tellLag({ world, plot, digit, tills, consumers }: Town): void {
  const { timeline } = world
  const consumer = plot.pick(consumers)
  void digit.elsewhere('pays first', () => digit.admin.payElsewhere(keyOf(consumer)))
  timeline.after(5_000, () => {
    void digit.elsewhere(`another tax for ${consumer.consumerCode}`, () => raiseTax(digit, consumer, 50))
  })
  timeline.after(10_000, () => {
    void plot.pick(tills).visit({
      consumers: [consumer],
      mode: 'CASH',
      partShare: null,
      thinkMs: 1_000,
      isFromCache: false,
      consent: noConsent,
    })
  })
}

/** Held as already paid, backed up, tried again after the other counter's cancel, posted; then the backup comes back. */
function tellSuspense(town: Town): void {
  const { world, plot, digit, integrator, tills, consumers } = town
  const { timeline } = world
  const consumer = plot.pick(consumers)
  const till = plot.pick(tills)
  void till.lookUp(consumer)
  timeline.after(30_000, () => {
    void digit.elsewhere('pays first', () => digit.admin.payElsewhere(keyOf(consumer)))
  })
  timeline.after(40_000, () => {
    void till.visit({
      consumers: [consumer],
      mode: 'CASH',
      partShare: null,
      thinkMs: 1_000,
      isFromCache: true,
      consent: noConsent,
    })
  })
  timeline.after(15 * minuteMs, integrator.backup)
  timeline.after(16 * minuteMs, () => void digit.cancelLatest(keyOf(consumer)))
  timeline.after(25 * minuteMs, () => {
    const at = integrator.store.at()
    for (const { id, state } of at.tables.payments.values()) {
      if (state === 'SUSPENSE')
        decide(at, { kind: 'payment', id, act: 'look-again', operatorId: 'supervisor 1' })
    }
    integrator.wake()
  })
  timeline.after(40 * minuteMs, integrator.restore)
}

/** Two services paid in one payment on an older bill: billing marks only the first service's newest bill as paid. */
function tellStaleBill(town: Town): void {
  const { world, plot, digit, tills, consumers } = town
  const { timeline } = world
  const water = consumers.findLast(({ businessService }) => businessService === 'WS')
  const sewer = consumers.findLast(({ businessService }) => businessService === 'SW')
  if (water === undefined || sewer === undefined) throw new TypeError('this story needs two services')
  const till = plot.pick(tills)
  void digit.elsewhere('bills are made', async () => {
    const first = await digit.fetchElsewhere(keyOf(water))
    const older = await digit.fetchElsewhere(keyOf(sewer))
    raiseTax(digit, sewer, 0)
    await digit.fetchElsewhere(keyOf(sewer))
    timeline.after(60_000, () => {
      void digit.elsewhere('pays two services, one on an older bill', () => digit.payBoth(first, older))
    })
  })
  timeline.after(10_000, () => void till.lookUp(sewer))
  timeline.after(120_000, () => {
    void till.visit({
      consumers: [sewer],
      mode: 'CASH',
      partShare: null,
      thinkMs: 1_000,
      isFromCache: true,
      consent: noConsent,
    })
  })
}

/** The bill is lower by the time the money arrives: another counter took a part of it while the till was cut off. */
function tellLowered({ world, plot, digit, tills, consumers }: Town): void {
  const { timeline } = world
  const consumer = plot.pick(consumers)
  const till = plot.pick(tills)
  void till.lookUp(consumer)
  timeline.after(30_000, () => {
    const pay = { ...keyOf(consumer), amountRupees: 100 }
    void digit.elsewhere('pays a part first', () => digit.admin.payElsewhere(pay))
  })
  timeline.after(40_000, () => {
    void till.visit({
      consumers: [consumer],
      mode: 'CASH',
      partShare: null,
      thinkMs: 1_000,
      isFromCache: true,
      consent: noConsent,
    })
  })
}

/** Two supervisors have the latest payments undone in DIGIT. */
function tellUndone({ world, plot, integrator, tills, consumers }: Town): void {
  const { timeline } = world
  const consumer = plot.pick(consumers)
  void plot.pick(tills).visit({
    consumers: [consumer],
    mode: 'CASH',
    partShare: 0.2,
    thinkMs: 1_000,
    isFromCache: false,
    consent: noConsent,
  })
  timeline.after(10 * minuteMs, () => {
    const at = integrator.store.at()
    for (const { id, state } of at.tables.payments.values()) {
      if (state !== 'CONFIRMED') continue
      decide(at, { kind: 'payment', id, act: 'reverse', operatorId: 'supervisor 1' })
      decide(at, { kind: 'payment', id, act: 'reverse', operatorId: 'supervisor 2' })
    }
    integrator.wake()
  })
}
