// Two wards of Devgaon, door by door, for the bill packs of the demo: every door has property tax, every second one water.
// Names in Latin, Devanagari, Gurmukhi and Tamil; doors as towns number them. Called by seed-state.
import { chargeQuarter, propertyYear } from './demand-shapes.ts'
import type { Owner } from './demand-shapes.ts'
import { addSeedDemand } from './seed-samples.ts'
import type { SeedContext } from './seed-samples.ts'

type Ward = { code: string; street: string; block: number; names: readonly string[]; doors: number }

const wards: readonly Ward[] = [
  {
    code: 'W04',
    street: 'Mandi Road',
    block: 4,
    names: ['Anil Deshmukh', 'सरिता पाटिल', 'Gurbaksh Singh', 'Noor Jahan', 'ਹਰਪ੍ਰੀਤ ਕੌਰ', 'Peter Kujur'],
    doors: 24,
  },
  {
    code: 'W07',
    street: 'Neem Gali',
    block: 7,
    names: ['முருகன் செல்வம்', 'Bhagwati Sahu', 'रामप्रसाद यादव', 'Shabana Ansari', 'Leela Mathew'],
    doors: 18,
  },
]
const letters = ['', '/A', '/B', '-1'] as const

export function seedWards(context: SeedContext): void {
  for (const ward of wards) {
    for (let door = 1; door <= ward.doors; door++) seedDoor(ward, door, context)
  }
}

function seedDoor(ward: Ward, door: number, context: SeedContext): void {
  const serial = String(door).padStart(3, '0')
  const payer = {
    uuid: context.random.uuid(),
    name: ward.names[door % ward.names.length] ?? 'Anil Deshmukh',
    mobileNumber: `98${ward.block}0${String(100_000 + door)}`,
    address: `${ward.block}-${door}${letters[door % letters.length] ?? ''}, ${ward.street}`,
  }
  const owner = (consumerCode: string): Owner => ({ tenantId: 'sr.devgaon', consumerCode, payer })
  const tax = propertyYear(
    owner(`PT-DVG-${ward.code}-${serial}`),
    { yearsAgo: 0, taxPaise: (1200 + door * 50) * 100 },
    context,
  )
  addSeedDemand(tax, context)
  if (door % 2 === 0) return
  const water = chargeQuarter(
    owner(`WS/DVG/${ward.code}/${serial}`),
    {
      service: 'WS',
      quartersAgo: 1,
      lines: [{ taxHeadCode: 'WS_CHARGE', taxPaise: (300 + door * 10) * 100 }],
    },
    context,
  )
  addSeedDemand(water, context)
}
