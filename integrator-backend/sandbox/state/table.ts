// One in-memory table with fixed indexes and a list of rows changed since the last save.
// Called by state.ts; the save file (save-file.ts) drains the changed rows.
import { must } from '#sandbox/must.ts'

export type Table<Row> = {
  name: string
  size: () => number
  get: (id: string) => Row | undefined
  /** Rows of one index value, in the order they were first put. */
  find: (index: string, value: string) => readonly Row[]
  all: () => IterableIterator<Row>
  put: (row: Row) => void
  remove: (id: string) => void
  clear: () => void
  /** Ids put or removed since the last call; a removed row comes as null. */
  takeChanges: () => [string, Row | null][]
}

export type TableOptions<Row> = {
  name: string
  idOf: (row: Row) => string
  /** Values of a row under an index must never change after the first put. */
  indexes?: Record<string, (row: Row) => readonly string[]>
}

export function createTable<Row>(options: TableOptions<Row>): Table<Row> {
  const rows = new Map<string, Row>()
  const changed = new Set<string>()
  const indexes = new Map<string, Map<string, Row[]>>()
  for (const name of Object.keys(options.indexes ?? {})) indexes.set(name, new Map())

  const unindex = (old: Row) => {
    for (const [name, valuesOf] of Object.entries(options.indexes ?? {})) {
      for (const value of valuesOf(old)) {
        const list = indexes.get(name)?.get(value)
        const at = list?.indexOf(old) ?? -1
        if (list && at >= 0) list.splice(at, 1)
      }
    }
  }

  const index = (row: Row, old: Row | undefined) => {
    for (const [name, valuesOf] of Object.entries(options.indexes ?? {})) {
      const byValue = must(indexes.get(name), name)
      for (const value of new Set(valuesOf(row))) {
        const list = byValue.get(value) ?? []
        const at = old === undefined ? -1 : list.indexOf(old)
        if (at >= 0) list[at] = row
        else list.push(row)
        byValue.set(value, list)
      }
    }
  }

  return {
    name: options.name,
    size: () => rows.size,
    get: (id) => rows.get(id),
    find: (name, value) => {
      const byValue = indexes.get(name)
      if (byValue === undefined) throw new Error(`table ${options.name} has no index ${name}`)
      return byValue.get(value) ?? []
    },
    all: () => rows.values(),
    put: (row) => {
      const id = options.idOf(row)
      const old = rows.get(id)
      if (old !== row) index(row, old)
      rows.set(id, row)
      changed.add(id)
    },
    remove: (id) => {
      const old = rows.get(id)
      if (old === undefined) return
      unindex(old)
      rows.delete(id)
      changed.add(id)
    },
    clear: () => {
      for (const id of rows.keys()) changed.add(id)
      rows.clear()
      for (const byValue of indexes.values()) byValue.clear()
    },
    takeChanges: () => {
      const list = [...changed].map((id): [string, Row | null] => [id, rows.get(id) ?? null])
      changed.clear()
      return list
    },
  }
}
