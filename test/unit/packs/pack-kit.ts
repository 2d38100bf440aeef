// Invented routes for tests and measurements: doors with names in several scripts, and packs of them signed as an integrator signs.
import { createHash, generateKeyPairSync, randomUUID, sign, verify } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import type { Bill } from '#contract/bill.ts'
import { rupees } from '#contract/money.ts'
import type { PackManifest } from '#contract/packs-api.ts'
import { signingInput } from '#contract/signed.ts'
import type { SignedText } from '#contract/signed.ts'
import type { Store } from '#store/open-store.ts'
import { NOW_MS, sampleBill, TENANT } from '#test/unit/core/sample-bill.ts'

const HOUR_MS = 3_600_000
const first = [
  'Ramesh',
  'Kavita',
  'आशा',
  'Gurpreet',
  'முருகன்',
  'Noor',
  'ਹਰਪ੍ਰੀਤ',
  'José',
  'Sunita',
  'रामप्रसाद',
]
const last = ['Verma', 'Joshi', 'राव', 'Kaur', 'செல்வம்', 'Jahan', 'ਕੌਰ', 'Pillai', 'Nair', 'यादव']
const streets = ['Mandi Road', 'Neem Gali', 'Station Road', 'Kumhar Tola']

/** Bills of a ward in walking order: door n of block b is `b-n`, every fourth with a letter behind. */
export function wardBills(count: number, { seed = 'w', atMs = NOW_MS - HOUR_MS } = {}): Bill[] {
  return Array.from({ length: count }, (_, at) => {
    const door = `${(at % 40) + 1}-${Math.floor(at / 40) + 1}${at % 4 === 3 ? '/A' : ''}`
    return sampleBill({
      id: `${seed}-bill-${at}`,
      billNumber: `BN-${seed}-${String(at).padStart(6, '0')}`,
      consumerCode: `PT-${seed.toUpperCase()}-${String(at).padStart(6, '0')}`,
      businessService: 'PT',
      payerName: `${first[at % first.length]} ${last[Math.floor(at / first.length) % last.length]}`,
      mobileNumber: `9${String(800_000_000 + at)}`,
      address: `${door}, ${streets[at % streets.length]}`,
      totalPaise: rupees(500 + (at % 900)),
      fetchedAtMs: atMs,
    })
  })
}

export type TestKey = ReturnType<typeof makeKey>

export function makeKey() {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519')
  const key = publicKey.export({ format: 'jwk' }).x ?? ''
  return {
    key,
    isTrusted: (signed: SignedText): boolean =>
      signed.key === key &&
      verify(
        null,
        Buffer.from(signingInput('pack', signed.text)),
        publicKey,
        Buffer.from(signed.signature, 'base64url'),
      ),
    signed: (manifest: unknown): SignedText => {
      const text = JSON.stringify(manifest)
      const signature = sign(null, Buffer.from(signingInput('pack', text)), privateKey).toString('base64url')
      return { text, key, signature }
    },
  }
}

export type MadePack = { manifest: PackManifest; chunks: Buffer[] }

export function makePack(
  bills: readonly Bill[],
  changes: Partial<PackManifest> & { chunkMax?: number } = {},
): MadePack {
  const { chunkMax = 500, ...facts } = changes
  const parts = Array.from({ length: Math.ceil(bills.length / chunkMax) }, (_, at) =>
    bills.slice(at * chunkMax, (at + 1) * chunkMax),
  )
  const chunks = parts.map((part) => gzipSync(JSON.stringify(part)))
  const manifest: PackManifest = {
    packId: randomUUID(),
    routeId: 'ward-4',
    routeName: 'Ward 4',
    tenantId: TENANT,
    version: 1,
    preparedAtMs: NOW_MS - HOUR_MS,
    warnAfterMs: 24 * HOUR_MS,
    refuseAfterMs: 72 * HOUR_MS,
    billCount: bills.length,
    chunks: chunks.map((chunk, at) => ({
      sha256: createHash('sha256').update(chunk).digest('hex'),
      bytes: chunk.length,
      billCount: parts[at]?.length ?? 0,
    })),
    ...facts,
  }
  return { manifest, chunks }
}

/** Straight into the store, as the downloader does chunk by chunk. */
export function loadPack(
  store: Store,
  bills: readonly Bill[],
  changes: Partial<PackManifest> = {},
): PackManifest {
  const { manifest } = makePack(bills, changes)
  const loading = store.beginLoading(manifest)
  let at = 0
  for (const [chunk, { billCount }] of manifest.chunks.entries()) {
    store.beginChunk(loading, chunk)
    store.addPackBills(loading, { chunk, bills: bills.slice(at, at + billCount), isLast: true })
    at += billCount
  }
  store.usePack(loading)
  return manifest
}
