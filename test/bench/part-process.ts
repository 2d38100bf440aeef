// Measures one part in a process of its own and sends the figures to run.ts, which started it.
import { isPartName, parts } from './parts.ts'
import type { PartMessage } from './run.ts'

const name = process.argv[2] ?? ''
if (!isPartName(name)) throw new Error(`there is no part ${name}`)

const message = await (async (): Promise<PartMessage> => {
  try {
    const part = await parts[name]()
    return { figures: await part.measure(), failure: null }
  } catch (error) {
    console.error(error)
    return {
      figures: [],
      failure: error instanceof Error ? (error.message.split('\n', 1)[0] ?? '') : String(error),
    }
  }
})()

process.send?.(message, () => process.exit(message.failure === null ? 0 : 1))
