// ResponseInfo as DIGIT's factories make it: resMsgId is a constant, status always reads "200 OK" on success.
// Read from: collection ResponseInfoFactory, billing ResponseFactory.
import type { ResponseInfo } from '#digit-wire/envelope.ts'
import type { Json } from '#sandbox/state/rows.ts'

const RES_MSG_ID = 'uief87324'

export function responseInfoOf(requestInfo: Json | null, status = '200 OK'): ResponseInfo {
  return {
    apiId: (requestInfo?.['apiId'] as string | undefined) ?? null,
    ver: (requestInfo?.['ver'] as string | undefined) ?? null,
    ts: (requestInfo?.['ts'] as number | undefined) ?? null,
    resMsgId: RES_MSG_ID,
    msgId: (requestInfo?.['msgId'] as string | undefined) ?? null,
    status,
  }
}
