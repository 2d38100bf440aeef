// What the virtual machine of the rig starts from: busybox, this Node, the drivers with their npm packages, the scenes, and
// the kernel modules of USB devices, as one archive. Called by machine.ts.
import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  writeFileSync,
} from 'node:fs'
import { basename, dirname, join, relative } from 'node:path'
import * as z from 'zod'
import type { Kernel } from '#test/rig/kernel.ts'

const root = join(import.meta.dirname, '../..')

/** Device side and host side of USB; what they need is loaded before them. */
const MODULES = [
  'dummy_hcd',
  'usb_f_hid',
  'usb_f_printer',
  'usb_f_acm',
  'cdc_acm',
  'usblp',
  'usbhid',
  'hid_generic',
]
/** What `drivers/` imports for the devices here; their own dependencies come along. */
const PACKAGES = [
  'serialport',
  'node-hid',
  'usb',
  'koffi',
  'uqr',
  'zod',
  '@napi-rs/canvas',
  '@fontsource/noto-sans-mono',
  '@point-of-sale/codepage-encoder',
  '@point-of-sale/receipt-printer-encoder',
]
const ARCHIVE_BYTES_MAX = 1_500_000_000

/** @returns the file to boot from, in `folder` */
export const packGuest = (folder: string, kernel: Kernel): string => {
  const guest = join(folder, 'guest')
  for (const name of ['bin', 'proc', 'sys', 'dev', 'tmp', 'app/test'])
    mkdirSync(join(guest, name), { recursive: true })
  cpSync('/bin/busybox', join(guest, 'bin/busybox'))
  cpSync(process.execPath, join(guest, 'bin/node'))
  cpSync(join(root, 'drivers'), join(guest, 'app/drivers'), { recursive: true })
  cpSync(join(root, 'package.json'), join(guest, 'app/package.json'))
  cpSync(join(import.meta.dirname, 'guest'), join(guest, 'app/test/rig/guest'), { recursive: true })
  for (const name of closureOf(PACKAGES)) copyPackage(name, guest)
  copyLibraries(guest)
  copyModules(guest, kernel)
  writeFileSync(join(guest, 'init'), INIT)
  chmodSync(join(guest, 'init'), 0o755)
  const names = execFileSync('find', ['.'], { cwd: guest })
  const archive = join(folder, 'guest.cpio')
  const bytes = execFileSync('cpio', ['-o', '-H', 'newc', '--quiet'], {
    cwd: guest,
    input: names,
    maxBuffer: ARCHIVE_BYTES_MAX,
  })
  writeFileSync(archive, bytes)
  return archive
}

const INIT = `#!/bin/busybox sh
/bin/busybox --install -s /bin
mount -t proc proc /proc; mount -t sysfs sys /sys; mount -t devtmpfs dev /dev
while read module words; do insmod /modules/$module $words; done < /modules/list
mount -t configfs none /sys/kernel/config
cd /app; HOME=/tmp /bin/node test/rig/guest/main.ts
poweroff -f
`

const Lock = z.object({
  packages: z.record(
    z.string(),
    z.object({
      dependencies: z.record(z.string(), z.string()).optional(),
      optionalDependencies: z.record(z.string(), z.string()).optional(),
    }),
  ),
})

/** Folders below node_modules of these packages and all they need, as far as they are installed on this machine. */
const closureOf = (names: readonly string[]): Set<string> => {
  const { packages } = Lock.parse(JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')))
  const found = new Set<string>()
  const waiting = names.map((name) => `node_modules/${name}`)
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    const entry = packages[path]
    if (entry === undefined || found.has(path) || !existsSync(join(root, path))) continue
    found.add(path)
    for (const name of Object.keys({ ...entry.dependencies, ...entry.optionalDependencies }))
      waiting.push(`${path}/node_modules/${name}`, `node_modules/${name}`)
  }
  return found
}

const copyPackage = (path: string, guest: string): void => {
  const from = join(root, path)
  cpSync(from, join(guest, 'app', path), {
    recursive: true,
    dereference: true,
    filter: (file) => {
      const inside = relative(from, file)
      // A package below another comes on its own; prebuilds of other machines stay out.
      return (
        !inside.startsWith('node_modules') && !/prebuilds\/.*(darwin|win32|android|arm|musl)/.test(inside)
      )
    },
  })
}

/** The C libraries of Node and of every native module that was copied. */
const copyLibraries = (guest: string): void => {
  const natives = readdirSync(join(guest, 'app'), { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.node'),
  )
  const binaries = [join(guest, 'bin/node'), ...natives.map((name) => join(guest, 'app', name))]
  for (const binary of binaries) {
    if (/musl|arm/.test(basename(binary))) continue
    const told = execFileSync('ldd', [binary], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
    for (const [, path = ''] of told.matchAll(/(\/\S+) \(0x/g)) {
      const to = join(guest, path)
      mkdirSync(dirname(to), { recursive: true })
      if (!existsSync(to)) copyFileSync(path, to)
    }
  }
}

/** Copies the modules and lists them in the order in which they must be loaded. */
const copyModules = (guest: string, { folder, version }: Kernel): void => {
  mkdirSync(join(guest, 'modules'))
  const order = new Set<string>()
  for (const name of MODULES) {
    const words = ['-d', folder, '-S', version, '--show-depends', name]
    for (const [, path = ''] of execFileSync('modprobe', words, { encoding: 'utf8' }).matchAll(
      /^insmod (\S+)/gm,
    ))
      order.add(path)
  }
  for (const path of order) cpSync(path, join(guest, 'modules', basename(path)))
  const list = [...order].map((path) => `${basename(path)}${path.includes('dummy_hcd') ? ' num=4' : ''}`)
  writeFileSync(join(guest, 'modules/list'), `${list.join('\n')}\n`)
}
