// A small virtual machine with Debian's own kernel, whose USB devices are made by the kernel's gadget functions: what the drivers open
// in it are real /dev/hidraw*, /dev/usb/lp* and /dev/ttyACM*. Packs this checkout's drivers into it and boots it once.
// Called by rig.test.ts.
import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import * as z from 'zod'
import { packGuest } from '#test/rig/guest-archive.ts'
import { fetchKernel } from '#test/rig/kernel.ts'

/** Emulated in software, so seconds there are not seconds here; longer than this is a hang. */
const BOOT_MS_MAX = 170_000
const LINES_MAX = 5_000
/** What Node needs and no more: with the newest features (memory protection keys above all) emulated, Node now and then dies at its start. */
const CPU = 'Nehalem'
/** Starts of the machine, when Node in it dies before the first scene. */
const STARTS_MAX = 3

/** What one scene of the guest saw; `error` when it went wrong. */
const Finding = z.object({
  scene: z.string(),
  error: z.string().nullable(),
  seen: z.record(z.string(), z.unknown()),
})
export type Finding = z.infer<typeof Finding>

/** Why this machine cannot run the rig; null when it can. */
export const rigObstacle = (): string | null => {
  if (process.platform !== 'linux' || process.arch !== 'x64') return 'it needs Linux on x86-64'
  if (!/^ID=debian/m.test(readFileSync('/etc/os-release', 'utf8')))
    return 'it takes its kernel from Debian’s packages'
  const missing = ['qemu-system-x86_64', 'busybox', 'cpio', 'depmod'].filter(
    (name) => !['/usr/bin', '/bin', '/usr/sbin', '/sbin'].some((folder) => existsSync(join(folder, name))),
  )
  return missing.length === 0 ? null : `it needs ${missing.join(', ')}`
}

/** Boots the guest, which plays every scene of guest/main.ts. Throws with its last lines when it does not come to its end. */
export const runRig = async (): Promise<Finding[]> => {
  const folder = mkdtempSync(join(tmpdir(), 'tahsil-rig-'))
  try {
    const kernel = fetchKernel()
    const archive = packGuest(folder, kernel)
    let lines: string[] = []
    for (let start = 0; start < STARTS_MAX && !lines.some((line) => line.includes('RIG ')); start += 1)
      lines = await boot(kernel.image, archive)
    if (!lines.some((line) => line.endsWith('RIG END')))
      throw new Error(`the guest did not come to its end:\n${lines.slice(-60).join('\n')}`)
    return lines.flatMap((line) => {
      const told = /RIG (\{.*\})/.exec(line)?.[1]
      return told === undefined ? [] : [Finding.parse(JSON.parse(told))]
    })
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** The lines the guest wrote to its console. */
const boot = async (image: string, archive: string): Promise<string[]> => {
  const machine = ['-accel', 'tcg,thread=multi', '-cpu', CPU, '-m', '1500', '-smp', '2', '-nic', 'none']
  const screen = ['-nographic', '-no-reboot', '-append', 'console=ttyS0 quiet loglevel=0 panic=-1']
  const qemu = spawn('qemu-system-x86_64', [...machine, ...screen, '-kernel', image, '-initrd', archive], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const timer = setTimeout(() => qemu.kill('SIGKILL'), BOOT_MS_MAX)
  const lines: string[] = []
  for (const stream of [qemu.stdout, qemu.stderr])
    createInterface({ input: stream }).on('line', (line) => {
      if (lines.length < LINES_MAX) lines.push(line.trim())
    })
  await new Promise<void>((resolve, reject) => {
    qemu.once('error', reject)
    qemu.once('close', () => resolve())
  })
  clearTimeout(timer)
  return lines
}
