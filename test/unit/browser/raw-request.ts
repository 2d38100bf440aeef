// One HTTP request exactly as written, for tests of what a server refuses: fetch would not send a wrong Host.
import { request } from 'node:http'

export type Raw = {
  readonly port: number
  readonly target: string
  readonly method?: string
  readonly headers?: Record<string, string>
  readonly body?: string
}
export type RawAnswer = {
  readonly status: number
  readonly headers: NodeJS.Dict<string | string[]>
  readonly text: string
}

export function sendRaw({ port, target, method = 'GET', headers = {}, body }: Raw): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    const call = request(
      { host: '127.0.0.1', port, path: target, method, headers, agent: false },
      (answer) => {
        const chunks: Buffer[] = []
        answer.on('data', (chunk: Buffer) => chunks.push(chunk))
        answer.on('end', () =>
          resolve({
            status: answer.statusCode ?? 0,
            headers: answer.headers,
            text: Buffer.concat(chunks).toString('utf8'),
          }),
        )
        answer.on('error', reject)
      },
    )
    call.on('error', reject)
    call.end(body)
  })
}
