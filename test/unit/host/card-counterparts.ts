// Terminals and clouds of every protocol, each at its own address with its own secrets and certificate, as the till meets them on the line:
// what they are told to do is a scene, and their own ledger tells what they did. Called by card-protocols-kit.ts and card-protocols.test.ts.
import type { VirtualLedger } from '#drivers/virtual/card-terminal.ts'
import { startVirtualEzetap } from '#drivers/virtual/ezetap-cloud.ts'
import { startVirtualNexo } from '#drivers/virtual/nexo-terminal.ts'
import { startVirtualPineLabs } from '#drivers/virtual/pine-labs-cloud.ts'
import type { VirtualCloud } from '#drivers/virtual/virtual-cloud.ts'
import { startVirtualZvtTerminal } from '#drivers/virtual/zvt-terminal-server.ts'
import { todaysBill } from './host-kit.ts'
import { makeCa } from './throwaway-ca.ts'

/** What the terminal, the citizen or the line does with the next sale; `well` also ends what went before. */
export type Scene =
  | 'well'
  | 'declined'
  /** The card is charged, and from then on nothing comes back. */
  | 'line_breaks'
  /** The terminal has the sale, and says nothing yet. */
  | 'no_word_yet'
  /** Whatever is asked, it tells of the sale of somebody else. */
  | 'other_sale'
  /** Whatever is asked, it tells another amount. */
  | 'other_amount'
  /** Of a cloud: the bill is on its terminal and is paid, and its number of the sale gets lost. */
  | 'number_lost'
  /** Of a terminal that is asked by our reference: it tells another amount, and then that it never had the sale. */
  | 'forgets'

export type Counterpart = {
  readonly address: string
  readonly secrets: Readonly<Record<string, string>>
  readonly play: (scene: Scene) => void
  /** What it really did with the one sale of this till. */
  readonly ledger: (reference: string) => VirtualLedger
  /** The numbers that the other side gave this sale and that it is asked by; none: it is asked by our own reference, or by no number. */
  readonly numbers: (reference: string) => readonly string[]
  /** Those it was asked by, each once. */
  readonly askedBy: () => readonly string[]
  /** Bodies as they came over the line. */
  readonly bodies: () => readonly string[]
  readonly close: () => Promise<void>
}

export const AMOUNT_PAISE = todaysBill().totalPaise
const OFTEN = 200
const POI = 'V400m-123456789'

const ca = makeCa('CA of these terminals')
/** PEM of the CA that has signed for all of them. */
export const TERMINALS_CA = ca.certificate
const forAddress = ca.issueForLoopback()
const forPoi = ca.issueForLoopback(`${POI}.live.terminal.adyen.com`)
const tlsOf = ({ key, certificate }: typeof forPoi) => ({ key, cert: certificate })

async function startZvt(): Promise<Counterpart> {
  const { terminal, port, close } = await startVirtualZvtTerminal({ port: 0 })
  let othersCount = 0
  const faults = {
    well: {},
    declined: { outcome: 'declined' },
    line_breaks: { cutAt: 'after_capture' },
    no_word_yet: { silentAt: 'after_capture' },
    other_sale: { repeatsOlderSale: true },
    other_amount: { toldAmountPaise: 100 },
  } as const
  return {
    address: `zvt:tcp://127.0.0.1:${port}`,
    secrets: {},
    play: (scene) => {
      terminal.setFaults(known(faults, scene))
      if (scene !== 'other_sale') return
      terminal.sellBy({ amountPaise: AMOUNT_PAISE })
      othersCount += 1
    },
    ledger: (reference) => {
      const entries = terminal.ledger()
      const own = entries.filter(({ kind }) => kind === 'sale').slice(othersCount)
      const isReversed = (receipt: number) => entries.some(({ ofReceipt }) => ofReceipt === receipt)
      const taken = own.map(({ amountPaise, receipt }) => ({ amountPaise, isReversed: isReversed(receipt) }))
      return ledgerOf(reference, taken)
    },
    ...numberless,
    bodies: () => [],
    close,
  }
}

async function startNexo(): Promise<Counterpart> {
  const key = { passphrase: 'a long shared phrase', keyIdentifier: 'counter-key', keyVersion: 2 }
  const virtual = await startVirtualNexo({ poiId: POI, saleId: 'LDH-CTR-07', key, tls: tlsOf(forPoi) })
  const often = (fault: 'answer_lost' | 'other_sale' | 'other_amount') => ({
    sale: fault,
    statuses: Array.from({ length: OFTEN }, () => fault),
  })
  return {
    address: `nexo:${virtual.url.href}?poi=${POI}&sale=LDH-CTR-07`,
    secrets: {
      TAHSIL_NEXO_PASSPHRASE: key.passphrase,
      TAHSIL_NEXO_KEY: key.keyIdentifier,
      TAHSIL_NEXO_KEY_VERSION: String(key.keyVersion),
    },
    play: (scene) => {
      const scripts = {
        well: {},
        declined: { sale: 'declined' },
        line_breaks: often('answer_lost'),
        no_word_yet: { sale: 'silence' },
        other_sale: often('other_sale'),
        other_amount: often('other_amount'),
        forgets: { sale: 'other_amount', notFound: true },
      } as const
      virtual.script(known(scripts, scene))
    },
    ledger: (reference) =>
      ledgerOf(
        reference,
        virtual.ledger
          .filter((sale) => sale.reference === reference)
          .map(({ state, amount }) => ({
            amountPaise: state === 'not_charged' ? 0 : Math.round(Number(amount) * 100),
            isReversed: state === 'reversed',
          })),
      ),
    ...numberless,
    bodies: () => virtual.requests.map(({ body }) => body),
    close: virtual.close,
  }
}

async function startPineLabs(): Promise<Counterpart> {
  const securityToken = 'c0ffee00-secret-token'
  const cloud = await startVirtualPineLabs({ merchantId: '29610', securityToken, tls: tlsOf(forAddress) })
  return {
    address: `pine-labs:${cloud.url.href}?merchant=29610&store=1221258&client=1012631`,
    secrets: { TAHSIL_PINE_LABS_TOKEN: securityToken },
    ...behind(cloud, { paisePerUnit: 1, askedBy: /"PlutusTransactionReferenceID":(\d+)/ }),
  }
}

async function startEzetap(): Promise<Counterpart> {
  const appKey = '5ecre7ab-app-key'
  const cloud = await startVirtualEzetap({
    appKey,
    username: '9876500000',
    deviceId: '0821006725|ezetap_android',
    tls: tlsOf(forAddress),
  })
  return {
    address: `ezetap:${cloud.url.href}?user=9876500000&device=0821006725`,
    secrets: { TAHSIL_EZETAP_APP_KEY: appKey },
    ...behind(cloud, { paisePerUnit: 100, askedBy: /"origP2pRequestId":"(\w+)"/ }),
  }
}

function behind(
  cloud: VirtualCloud,
  { paisePerUnit, askedBy }: { paisePerUnit: number; askedBy: RegExp },
): Omit<Counterpart, 'address' | 'secrets'> {
  const looks = (fault: 'answer_lost' | 'other_sale') => ({
    looks: Array.from({ length: OFTEN }, () => fault),
  })
  return {
    play: (scene) => {
      const scripts = {
        well: {},
        declined: { sale: 'declined' },
        line_breaks: looks('answer_lost'),
        no_word_yet: { sale: 'never_ends' },
        other_sale: looks('other_sale'),
        other_amount: { sale: 'other_amount' },
        number_lost: { sale: 'answer_lost' },
      } as const
      cloud.script(known(scripts, scene))
    },
    numbers: (reference) =>
      cloud.ledger.filter((bill) => bill.reference === reference).map((bill) => bill.terminalReference),
    askedBy: () => [...new Set(cloud.requests.flatMap(({ body }) => askedBy.exec(body)?.[1] ?? []))],
    bodies: () => cloud.requests.map(({ body }) => body),
    ledger: (reference) =>
      ledgerOf(
        reference,
        cloud.ledger
          .filter((bill) => bill.reference === reference)
          .map(({ state, amount }) => ({
            amountPaise: state === 'charged' ? Math.round(Number(amount) * paisePerUnit) : 0,
            isReversed: false,
          })),
      ),
    close: cloud.close,
  }
}

const numberless = { numbers: () => [], askedBy: () => [] } as const

function known<T>(scripts: Partial<Record<Scene, T>>, scene: Scene): T {
  const script = scripts[scene]
  if (script === undefined) throw new Error(`no terminal of this kind does ${scene}`)
  return script
}

/** One entry for each time that the sale came to the terminal. */
function ledgerOf(
  reference: string,
  taken: readonly { readonly amountPaise: number; readonly isReversed: boolean }[],
): VirtualLedger {
  const ledger: VirtualLedger = new Map()
  if (taken.length === 0) return ledger
  const sum = (of: typeof taken) => of.reduce((total, { amountPaise }) => total + amountPaise, 0)
  ledger.set(reference, {
    reference,
    askedPaise: AMOUNT_PAISE,
    capturedPaise: sum(taken),
    reversedPaise: sum(taken.filter(({ isReversed }) => isReversed)),
    startCount: taken.length,
    declined: false,
    cancelled: false,
  })
  return ledger
}

export type Protocol = {
  readonly name: string
  readonly start: () => Promise<Counterpart>
  /** What the till has written down while the terminal has the sale. */
  readonly stateAtWork: 'started' | 'handed_over'
  /** What becomes of a sale for which the terminal told another one, once it tells the truth. */
  readonly afterOtherSale: 'approved' | 'cancelled'
  /** A terminal gives money back itself; a cloud leaves that to a person at the terminal. */
  readonly afterReversal: 'reversed' | 'reversal_refused'
}

export const ZVT: Protocol = {
  name: 'ZVT',
  start: startZvt,
  stateAtWork: 'handed_over',
  // It repeats the older sale in place of ours, which was never charged.
  afterOtherSale: 'cancelled',
  afterReversal: 'reversed',
}
export const NEXO: Protocol = {
  name: 'Nexo',
  start: startNexo,
  stateAtWork: 'started',
  afterOtherSale: 'approved',
  afterReversal: 'reversed',
}
export const PINE_LABS: Protocol = {
  name: 'Pine Labs',
  start: startPineLabs,
  stateAtWork: 'handed_over',
  afterOtherSale: 'approved',
  afterReversal: 'reversal_refused',
}
export const EZETAP: Protocol = {
  name: 'Ezetap',
  start: startEzetap,
  stateAtWork: 'handed_over',
  afterOtherSale: 'approved',
  afterReversal: 'reversal_refused',
}
