// Memory of processes as Linux tells it. PSS is the honest sum of several processes: shared pages count once. Used by start.ts.
import { readdirSync, readFileSync } from 'node:fs'

const MIB_KIB = 1024

/** MiB of a process and all its descendants. */
export function pssOfTreeMib(rootPid: number): number {
  const children = childrenByParent()
  const pids = [rootPid]
  for (const pid of pids) pids.push(...(children.get(pid) ?? []))
  return pids.reduce((sum, pid) => sum + readKib(`/proc/${pid}/smaps_rollup`, 'Pss'), 0) / MIB_KIB
}

export const rssMib = (pid: number): number => readKib(`/proc/${pid}/status`, 'VmRSS') / MIB_KIB

function childrenByParent(): Map<number, number[]> {
  const children = new Map<number, number[]>()
  for (const name of readdirSync('/proc').filter((each) => /^\d+$/.test(each))) {
    const parent = readKib(`/proc/${name}/status`, 'PPid')
    children.set(parent, [...(children.get(parent) ?? []), Number(name)])
  }
  return children
}

/** 0 for a process that has just ended. */
function readKib(file: string, field: string): number {
  try {
    return Number(new RegExp(`^${field}:\\s+(\\d+)`, 'm').exec(readFileSync(file, 'utf8'))?.[1] ?? 0)
  } catch {
    return 0
  }
}
