// A prepared insert of whole rows, so that no column of a money table is ever left to chance. Used by the files of this room.
import { getTableColumns, sql, type InferInsertModel, type InferSelectModel } from 'drizzle-orm'
import type { SQLiteTable } from 'drizzle-orm/sqlite-core'
import type { Db } from './session.ts'

/** Every column must be given; a counted `id` is given as null. */
export type WholeRow<T extends SQLiteTable> = {
  [K in keyof InferSelectModel<T>]: K extends 'id' ? InferSelectModel<T>[K] | null : InferSelectModel<T>[K]
}

export function prepareInsert<T extends SQLiteTable>(db: Db, table: T): (row: WholeRow<T>) => void {
  const names = Object.keys(getTableColumns(table))
  const values = Object.fromEntries(names.map((name) => [name, sql.placeholder(name)]))
  const statement = db
    .insert(table)
    .values(values as InferInsertModel<T>)
    .prepare()
  return (row) => {
    statement.run(row)
  }
}
