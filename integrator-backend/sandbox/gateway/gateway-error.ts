// Error bodies the gateway itself makes: one Errors entry, ResponseInfo null. Read from: zuul ExceptionUtils.
import type { Answer } from '#sandbox/sandbox-context.ts'

export class GatewayError extends Error {
  readonly status: number
  readonly code: string
  constructor(status: number, code: string, message: string) {
    super(message)
    this.name = 'GatewayError'
    this.status = status
    this.code = code
  }
}

export function gatewayErrorAnswer(error: GatewayError): Answer {
  const entry = { code: error.code, message: error.message, description: error.message, params: null }
  return { status: error.status, body: { ResponseInfo: null, Errors: [entry] } }
}

/** An ingress page: the outcome behind it is unknown to the client. */
export function ingressPage(status: number): Answer {
  const titles: Record<number, string> = { 502: 'Bad Gateway', 503: 'Service Temporarily Unavailable' }
  const title = `${status} ${titles[status] ?? 'Gateway Time-out'}`
  const body = `<html>\r\n<head><title>${title}</title></head>\r\n<body>\r\n<center><h1>${title}</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n`
  return { status, body, contentType: 'text/html' }
}
