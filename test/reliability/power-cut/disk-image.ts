// What a disk may hold after a power cut: everything synced, and of the rest any part. Fed with the events of a disk log
// one by one; at any point it can write a possible image of the folder. Called by cut-power.ts.
//
// Each sector of 512 bytes keeps, by chance, any of the versions written since the last sync, in any order across sectors
// (that is how writes are dropped, reordered and torn). A new name stays once the file or its folder was synced (ext4,
// XFS, Btrfs); an unlink or rename that no folder sync followed may come undone.
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { DiskEvent } from '#test/reliability/power-cut/disk-log.ts'
import type { Random } from '#test/reliability/random.ts'

const SECTOR_BYTES = 512

type Change = { offset: number; bytes: Buffer } | { size: number }
type Inode = { durable: Buffer; pending: Change[]; isNameDurable: boolean }
/** A change of names that no folder sync made durable yet: `inode` had the name `from`, now `to` (null: unlinked). */
type NameChange = { from: string; to: string | null; inode: Inode; replaced: Inode | undefined }

export type Disk = {
  apply(event: DiskEvent): void
  /** Writes one possible image into the (empty) folder. */
  writeImage(folder: string, random: Random): void
}

/** `areSyncsLies`: the disk says "synced" and does nothing, as cheap flash does. */
export const createDisk = ({ areSyncsLies = false } = {}): Disk => {
  const inodes = new Map<bigint, Inode>()
  const names = new Map<string, Inode>()
  let nameChanges: NameChange[] = []

  const change = (inode: bigint, item: Change): void => {
    inodes.get(inode)?.pending.push(item)
  }
  const rename = (from: string, to: string | null): void => {
    const inode = names.get(from)
    if (inode === undefined) return
    const replaced = to === null ? undefined : names.get(to)
    if (inode.isNameDurable) nameChanges.push({ from, to, inode, replaced })
    names.delete(from)
    if (to !== null) names.set(to, inode)
  }
  const syncFolder = (): void => {
    nameChanges = []
    for (const inode of names.values()) inode.isNameDurable = true
  }
  const apply = (event: DiskEvent): void => {
    if (event.kind === 'write') change(event.inode, { offset: event.offset, bytes: event.bytes })
    else if (event.kind === 'truncate') change(event.inode, { size: event.size })
    else if (event.kind === 'unlink') rename(event.name, null)
    else if (event.kind === 'rename') rename(event.from, event.to)
    else if (event.kind === 'sync-folder') {
      if (!areSyncsLies) syncFolder()
    } else if (event.kind === 'sync') {
      const inode = inodes.get(event.inode)
      if (inode === undefined || areSyncsLies) return
      inode.durable = settle(inode.durable, inode.pending)
      inode.pending = []
      inode.isNameDurable = true
    } else if (event.kind === 'open' && (event.isCreated || !inodes.has(event.inode))) {
      const inode: Inode = { durable: Buffer.alloc(0), pending: [], isNameDurable: false }
      inodes.set(event.inode, inode)
      names.set(event.name, inode)
    }
  }
  const writeImage = (folder: string, random: Random): void => {
    const image = new Map<string, Inode>()
    for (const [name, inode] of names) if (inode.isNameDurable || random.chance(0.7)) image.set(name, inode)
    for (const { from, to, inode, replaced } of nameChanges) {
      if (image.has(from) || random.chance(0.5)) continue
      image.set(from, inode)
      if (to !== null && image.get(to) === inode) image.delete(to)
      if (to !== null && replaced !== undefined && !image.has(to)) image.set(to, replaced)
    }
    for (const [name, inode] of image) {
      const path = join(folder, name)
      mkdirSync(dirname(path), { recursive: true })
      writeFileSync(path, leftAfterCut(inode, random))
    }
  }
  return { apply, writeImage }
}

/** The content once every change is on the disk. */
const settle = (durable: Buffer, pending: readonly Change[]): Buffer => {
  let size = durable.length
  let sizeMax = size
  for (const each of pending) {
    size = 'size' in each ? each.size : Math.max(size, each.offset + each.bytes.length)
    sizeMax = Math.max(sizeMax, size)
  }
  const content = Buffer.alloc(sizeMax)
  durable.copy(content)
  for (const each of pending) {
    if ('size' in each) content.fill(0, Math.min(each.size, sizeMax))
    else each.bytes.copy(content, each.offset)
  }
  return content.subarray(0, size)
}

const leftAfterCut = (inode: Inode, random: Random): Buffer => {
  const { durable, pending } = inode
  if (pending.length === 0) return durable
  const way = random.below(4)
  if (way === 0) return durable
  if (way === 1) return settle(durable, pending)
  // In order, up to some point
  if (way === 2) return settle(durable, pending.slice(0, random.below(pending.length + 1)))
  return tear(durable, pending, random)
}

/** Every sector at its own version; the size as it was at some moment. */
const tear = (durable: Buffer, pending: readonly Change[], random: Random): Buffer => {
  const { length } = settle(durable, pending.slice(0, random.below(pending.length + 1)))
  const keepChance = random.pick([0.1, 0.5, 0.9])
  const content = Buffer.alloc(length)
  durable.copy(content)
  for (const each of pending) {
    if ('size' in each) continue
    for (let at = each.offset; at < each.offset + each.bytes.length;) {
      const next = Math.min(
        (Math.floor(at / SECTOR_BYTES) + 1) * SECTOR_BYTES,
        each.offset + each.bytes.length,
      )
      const isKept = random.chance(keepChance)
      if (isKept && at < length)
        each.bytes.copy(content, at, at - each.offset, Math.min(next, length) - each.offset)
      at = next
    }
  }
  return content
}
