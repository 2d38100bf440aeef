// Writes made-up source files as a small copy of the repository, lints them in one run with the real oxlint.json and
// says which lines the house's own rules reported. Used by rooms.test.ts.
import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import * as z from 'zod'

/** One line of a made-up file and the house rule that must report it; no rule means that none may. */
export type Line = { text: string; rule?: string }

/** `rule text` of every line, as expected or as seen; sorted, so that two of them can be compared. */
export type Findings = readonly string[]

const outputBytesMax = 256 * 1024 * 1024

const Report = z.object({
  number_of_files: z.number(),
  diagnostics: z.array(
    z.object({
      code: z.string().optional(),
      filename: z.string(),
      message: z.string(),
      labels: z.array(z.object({ span: z.object({ line: z.number() }) })),
    }),
  ),
})

export const makeHouse = () => {
  const folder = realpathSync.native(mkdtempSync(join(tmpdir(), 'tahsil-rules-')))
  const files = new Map<string, readonly Line[]>()
  const seen = new Map<string, string[]>()
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')

  const add = (path: string, lines: readonly Line[]): string => {
    if (files.has(path)) throw new Error(`made-up file ${path} was added twice`)
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), lines.map((line) => `${line.text}\n`).join(''))
    files.set(path, lines)
    return path
  }

  /** Lints every file once. Throws when oxlint did not look at all of them. */
  const lint = async (): Promise<void> => {
    const report = Report.parse(JSON.parse(await runOxlint(folder)))
    if (report.number_of_files !== files.size) {
      throw new Error(`oxlint looked at ${report.number_of_files} files of ${files.size}`)
    }
    for (const diagnostic of report.diagnostics) {
      const rule = /^house\((.+)\)$/.exec(diagnostic.code ?? '')?.[1]
      if (rule === undefined) continue
      const path = diagnostic.filename.replaceAll('\\', '/')
      const text = files.get(path)?.[(diagnostic.labels[0]?.span.line ?? 0) - 1]?.text ?? diagnostic.message
      seen.set(path, [...(seen.get(path) ?? []), `${rule}: ${text}`])
    }
  }

  const wanted = (path: string): Findings =>
    (files.get(path) ?? [])
      .filter((line) => line.rule !== undefined)
      .map((line) => `${line.rule}: ${line.text}`)
      .toSorted()

  /** Each line once, however often it was reported. */
  const found = (path: string): Findings => [...new Set(seen.get(path))].toSorted()

  return { add, lint, wanted, found, remove: () => rmSync(folder, { recursive: true, force: true }) }
}

/** oxlint ends with 1 when it has findings, which here is what we want; its report is on standard output either way. */
const runOxlint = (folder: string): Promise<string> => {
  const program = fileURLToPath(import.meta.resolve('oxlint')).replace(
    /dist[/\\]index\.js$/,
    join('bin', 'oxlint'),
  )
  const config = join(import.meta.dirname, 'oxlint.json')
  return new Promise((resolve, reject) => {
    execFile(
      process.execPath,
      [program, '--config', config, '--format', 'json', '.'],
      { cwd: folder, maxBuffer: outputBytesMax },
      (error, stdout, stderr) => {
        if (stdout.trimStart().startsWith('{')) resolve(stdout)
        else reject(new Error(`oxlint gave no report: ${stdout}${stderr}`, { cause: error }))
      },
    )
  })
}
