// Which tables a backup holds and in which order they can be filled again: everything of ours and of the job queue, each
// after what it refers to. Called by make-backup and restore-backup.
import type { PoolClient } from 'pg'

export type Table = { name: string; columns: string[] }
export type Sequence = { name: string; lastValue: string | null }

const schemas = ['tahsil', 'graphile_worker']
/** They say what the schema is, not what happened; a restore makes them itself. */
const ownedBySchema = new Set(['tahsil.migrations', 'graphile_worker.migrations'])

/** Quoted names, parents first. */
export async function readTables(client: PoolClient): Promise<Table[]> {
  const tables = await client.query<Table>(
    `select format('%I.%I', n.nspname, c.relname) as name,
        array_agg(quote_ident(a.attname) order by a.attnum) as columns
      from pg_class c join pg_namespace n on n.oid = c.relnamespace
        join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
      where n.nspname = any($1) and c.relkind = 'r'
      group by n.nspname, c.relname order by 1`,
    [schemas],
  )
  const arrows = await client.query<{ child: string; parent: string }>(
    `select format('%I.%I', cn.nspname, c.relname) as child, format('%I.%I', pn.nspname, p.relname) as parent
      from pg_constraint k
        join pg_class c on c.oid = k.conrelid join pg_namespace cn on cn.oid = c.relnamespace
        join pg_class p on p.oid = k.confrelid join pg_namespace pn on pn.oid = p.relnamespace
      where k.contype = 'f' and cn.nspname = any($1) and k.conrelid <> k.confrelid`,
    [schemas],
  )
  return parentsFirst(
    tables.rows.filter(({ name }) => !ownedBySchema.has(name)),
    arrows.rows,
  )
}

function parentsFirst(
  tables: readonly Table[],
  arrows: readonly { child: string; parent: string }[],
): Table[] {
  const sorted: Table[] = []
  const left = new Map(tables.map((table) => [table.name, table]))
  while (left.size > 0) {
    const ready = [...left.values()].filter(
      ({ name }) => !arrows.some(({ child, parent }) => child === name && left.has(parent)),
    )
    if (ready.length === 0) throw new TypeError('tables refer to each other in a circle')
    for (const table of ready) {
      left.delete(table.name)
      sorted.push(table)
    }
  }
  return sorted
}

/** Outside any snapshot: at least as far as every row that is seen. */
export async function readSequences(client: PoolClient): Promise<Sequence[]> {
  const read = await client.query<Sequence>(
    `select format('%I.%I', schemaname, sequencename) as name, last_value::text as "lastValue"
      from pg_sequences where schemaname = any($1) order by 1`,
    [schemas],
  )
  return read.rows
}
