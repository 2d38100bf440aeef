// Bill packs on the till: a new one is loaded beside the one in use, in small pieces, and takes its place in one step when it is whole;
// what is left of the old one is removed in small pieces too, so that money never waits. Part of the store; each method is one
// transaction.
import type { Bill } from '#contract/bill.ts'
import type { PackManifest } from '#contract/packs-api.ts'
import { foldWords, wordsQuery } from '#core/bills/pack-words.ts'
import type { PackedBill, PackMark } from '#core/bills/packs.ts'
import type { PackStore } from '#core/ports.ts'
import { normalTerm } from '#core/bills/search-terms.ts'
import type { Gate } from './gate.ts'
import { getMeta, setMeta } from './meta.ts'
import type { Session } from './session.ts'

/** Bills found in one look-up of the packs. */
const FOUND_MAX = 50

export type LoadingPack = {
  readonly row: number
  readonly manifest: PackManifest
  readonly loadedChunks: number
}
export type PackInUse = { readonly manifest: PackManifest }

export type PackTable = Pick<PackStore, 'packedBills'> & {
  /** Routes that this till carries, as chosen by a person. */
  readonly chosenRoutes: () => string[]
  /** Packs of routes that are not chosen any more are dropped. */
  readonly chooseRoutes: (routeIds: readonly string[]) => void
  readonly packsInUse: () => PackInUse[]
  readonly loadingPack: (routeId: string) => LoadingPack | null
  /** Begins to load; another half-loaded pack of the route is dropped. */
  readonly beginLoading: (manifest: PackManifest) => LoadingPack
  /** Removes what a run before the last restart left of this chunk. */
  readonly beginChunk: (pack: LoadingPack, chunk: number) => void
  /** A piece of a chunk; with the last one the chunk counts as loaded. */
  readonly addPackBills: (
    pack: LoadingPack,
    piece: { readonly chunk: number; readonly bills: readonly Bill[]; readonly isLast: boolean },
  ) => void
  /** All chunks are there: the pack takes the place of the one in use. */
  readonly usePack: (pack: LoadingPack) => void
  readonly dropLoading: (routeId: string) => void
  /** The pack in use is not worth keeping any more. */
  readonly dropInUse: (routeId: string) => void
  /** Removes up to so many bills of dropped packs; false: nothing was left to remove. */
  readonly shredDropped: (billsMax: number) => boolean
}

type PackRow = { row: number; manifest: string; loadedChunks: number }
type FoundRow = { body: string; manifest: string }

const found = 'SELECT b.body, p.manifest FROM pack_bills b JOIN packs p ON p.row = b.pack'
const made = new WeakMap<Session, ReturnType<typeof prepare>>()

function prepare({ raw }: Session) {
  const one = (state: string) =>
    raw.prepare<[string], PackRow>(
      `SELECT row, manifest, loaded_chunks AS loadedChunks FROM packs WHERE route_id = ? AND state = '${state}'`,
    )
  const by = (where: string) =>
    raw.prepare<[string], FoundRow>(`${found} WHERE ${where} AND p.state = 'in_use' LIMIT ${FOUND_MAX}`)
  return {
    loading: one('loading'),
    inUse: raw.prepare<[], PackRow>(
      `SELECT row, manifest, loaded_chunks AS loadedChunks FROM packs WHERE state = 'in_use' ORDER BY route_id`,
    ),
    routes: raw.prepare<[], { routeId: string }>(
      `SELECT DISTINCT route_id AS routeId FROM packs WHERE state <> 'dropped'`,
    ),
    begin: raw.prepare<[string, string, number, string]>(
      `INSERT INTO packs (pack_id, route_id, prepared_at_ms, manifest, state, loaded_chunks)
       VALUES (?, ?, ?, ?, 'loading', 0)`,
    ),
    drop: raw.prepare<[string, string]>(
      `UPDATE packs SET state = 'dropped' WHERE route_id = ? AND state = ?`,
    ),
    use: raw.prepare<[number]>(`UPDATE packs SET state = 'in_use' WHERE row = ? AND state = 'loading'`),
    loaded: raw.prepare<[number, number, number]>(
      `UPDATE packs SET loaded_chunks = ? WHERE row = ? AND state = 'loading' AND loaded_chunks = ?`,
    ),
    rowsOfChunk: raw.prepare<[number, number], { row: number }>(
      'SELECT row FROM pack_bills WHERE pack = ? AND chunk = ?',
    ),
    addBill: raw.prepare<[number, number, string, string, string, string | null, string]>(
      `INSERT INTO pack_bills (pack, chunk, bill_id, code_term, number_term, mobile_number, body)
       VALUES (?, ?, ?, ?, ?, ?, ?)`,
    ),
    addWords: raw.prepare<[number | bigint, string, string]>(
      'INSERT INTO pack_words (rowid, name, address) VALUES (?, ?, ?)',
    ),
    dropBill: raw.prepare<[number]>('DELETE FROM pack_bills WHERE row = ?'),
    dropWords: raw.prepare<[number]>('DELETE FROM pack_words WHERE rowid = ?'),
    droppedBills: raw.prepare<[number], { row: number }>(
      `SELECT b.row FROM packs p JOIN pack_bills b ON b.pack = p.row WHERE p.state = 'dropped' LIMIT ?`,
    ),
    dropEmpty: raw.prepare<[]>(
      `DELETE FROM packs WHERE state = 'dropped' AND NOT EXISTS (SELECT 1 FROM pack_bills b WHERE b.pack = packs.row)`,
    ),
    byCode: by('b.code_term = ?'),
    byNumber: by('b.number_term = ?'),
    byId: by('b.bill_id = ?'),
    byMobile: by('b.mobile_number = ?'),
    byWords: raw.prepare<[string], FoundRow>(
      `SELECT b.body, p.manifest FROM pack_words w JOIN pack_bills b ON b.row = w.rowid JOIN packs p ON p.row = b.pack
       WHERE pack_words MATCH ? AND p.state = 'in_use' LIMIT ${FOUND_MAX}`,
    ),
  }
}

function statements(session: Session): ReturnType<typeof prepare> {
  const known = made.get(session)
  if (known !== undefined) return known
  const fresh = prepare(session)
  made.set(session, fresh)
  return fresh
}

export function packTable(gate: Gate): PackTable {
  return {
    packedBills: (query) => gate.read((session) => findPacked(session, query)),
    chosenRoutes: () => gate.read((session) => getMeta<string[]>(session, 'packRoutes') ?? []),
    chooseRoutes: (routeIds) =>
      gate.write((session) => {
        setMeta(session, 'packRoutes', [...new Set(routeIds)])
        const { routes, drop } = statements(session)
        for (const { routeId } of routes.all()) {
          if (routeIds.includes(routeId)) continue
          drop.run(routeId, 'loading')
          drop.run(routeId, 'in_use')
        }
      }),
    packsInUse: () =>
      gate.read((session) =>
        statements(session)
          .inUse.all()
          .map(({ manifest }) => ({ manifest: manifestOf(manifest) })),
      ),
    loadingPack: (routeId) => gate.read((session) => readLoading(session, routeId)),
    beginLoading: (manifest) => gate.write((session) => beginLoading(session, manifest)),
    beginChunk: ({ row }, chunk) =>
      gate.write((session) => removeBills(session, statements(session).rowsOfChunk.all(row, chunk))),
    addPackBills: (pack, piece) => gate.write((session) => addBills(session, pack, piece)),
    usePack: (pack) => gate.write((session) => putInUse(session, pack)),
    dropLoading: (routeId) =>
      gate.write((session) => {
        statements(session).drop.run(routeId, 'loading')
      }),
    dropInUse: (routeId) =>
      gate.write((session) => {
        statements(session).drop.run(routeId, 'in_use')
      }),
    shredDropped: (billsMax) =>
      gate.write((session) => {
        const { droppedBills, dropEmpty } = statements(session)
        const rows = droppedBills.all(billsMax)
        removeBills(session, rows)
        return dropEmpty.run().changes > 0 || rows.length > 0
      }),
  }
}

function findPacked(session: Session, { by, value }: Parameters<PackStore['packedBills']>[0]): PackedBill[] {
  const { byCode, byNumber, byId, byMobile, byWords } = statements(session)
  if (by === 'words') {
    const query = wordsQuery(value)
    return query === null ? [] : packedOf(byWords.all(query))
  }
  const term = normalTerm(value)
  if (term === '') return []
  return packedOf([...byCode.all(term), ...byNumber.all(term), ...byId.all(value), ...byMobile.all(value)])
}

function packedOf(rows: readonly FoundRow[]): PackedBill[] {
  const marks = new Map<string, PackMark>()
  return rows.map(({ body, manifest }) => {
    const pack = marks.get(manifest) ?? markOf(manifestOf(manifest))
    marks.set(manifest, pack)
    return { bill: JSON.parse(body) as Bill, pack }
  })
}

function markOf({ packId, preparedAtMs, warnAfterMs, refuseAfterMs }: PackManifest): PackMark {
  return { packId, preparedAtMs, warnAfterMs, refuseAfterMs }
}

/** Checked before it was kept; the till's own file is trusted after check-file. */
function manifestOf(text: string): PackManifest {
  return JSON.parse(text) as PackManifest
}

function readLoading(session: Session, routeId: string): LoadingPack | null {
  const row = statements(session).loading.get(routeId)
  if (row === undefined) return null
  return { row: row.row, manifest: manifestOf(row.manifest), loadedChunks: row.loadedChunks }
}

function beginLoading(session: Session, manifest: PackManifest): LoadingPack {
  const { packId, routeId, preparedAtMs } = manifest
  const { begin, drop } = statements(session)
  drop.run(routeId, 'loading')
  begin.run(packId, routeId, preparedAtMs, JSON.stringify(manifest))
  const loading = readLoading(session, routeId)
  if (loading === null) throw new Error('a pack that was begun is there')
  return loading
}

function addBills(
  session: Session,
  { row }: LoadingPack,
  { chunk, bills, isLast }: Parameters<PackTable['addPackBills']>[1],
): void {
  const { addBill, addWords, loaded } = statements(session)
  for (const bill of bills) {
    const added = addBill.run(
      row,
      chunk,
      bill.id,
      normalTerm(bill.consumerCode),
      normalTerm(bill.billNumber),
      bill.mobileNumber,
      JSON.stringify(bill),
    )
    addWords.run(added.lastInsertRowid, foldWords(bill.payerName ?? ''), foldWords(bill.address ?? ''))
  }
  if (isLast && loaded.run(chunk + 1, row, chunk).changes !== 1)
    throw new Error('chunks are loaded in their order')
}

function putInUse(session: Session, { row, manifest }: LoadingPack): void {
  const { loading, drop, use } = statements(session)
  if (loading.get(manifest.routeId)?.loadedChunks !== manifest.chunks.length) {
    throw new Error('a pack is used when it is whole')
  }
  drop.run(manifest.routeId, 'in_use')
  if (use.run(row).changes !== 1) throw new Error('the pack that was loaded is put in use')
}

function removeBills(session: Session, rows: readonly { row: number }[]): void {
  const { dropBill, dropWords } = statements(session)
  for (const { row } of rows) {
    dropWords.run(row)
    dropBill.run(row)
  }
}
