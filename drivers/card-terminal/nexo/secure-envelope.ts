// Adyen's protection of nexo messages in the shop's own network: the message sealed in NexoBlob, its header and a SecurityTrailer
// beside it. Called by nexo-terminal.ts. The cryptography is that of @adyen/api-library; only the narrow file is loaded, because the
// package's root takes most of a second.
import { NexoSecurityManager } from '@adyen/api-library/lib/src/security/clouddevice/nexoSecurityManager.js'
import * as z from 'zod'
import { readExactJson } from '#drivers/card-terminal/exact-json.ts'

/** The shared key as the office set it for the terminal. */
export type NexoKey = {
  readonly passphrase: string
  readonly keyIdentifier: string
  readonly keyVersion: number
}

export type Envelope = {
  /** The request as it goes out: sealed, or as it is. */
  readonly seal: (message: { readonly header: NexoHeader; readonly json: string }) => string
  /** The content of an answer; undefined when it is not sealed with our key. Never throws. */
  readonly open: (answer: unknown) => unknown
}

export type NexoHeader = {
  readonly ProtocolVersion: '3.0'
  readonly MessageClass: 'Service'
  readonly MessageCategory: NexoCategory
  readonly MessageType: 'Request'
  readonly ServiceID: string
  readonly SaleID: string
  readonly POIID: string
}

export type NexoCategory = 'Payment' | 'TransactionStatus' | 'Abort' | 'Reversal' | 'Diagnosis'

const CRYPTO_VERSION = 1
const BLOB_CHARS_MAX = 512 * 1024

const SealedSchema = z.object({
  SaleToPOIResponse: z.object({
    MessageHeader: z.object({}),
    NexoBlob: z.string().min(1).max(BLOB_CHARS_MAX),
    SecurityTrailer: z.object({
      AdyenCryptoVersion: z.coerce.number(),
      KeyIdentifier: z.string(),
      KeyVersion: z.coerce.number(),
      Nonce: z.string(),
      Hmac: z.string(),
    }),
  }),
})

/** For nexo terminals that rely on TLS alone. */
export const plainEnvelope: Envelope = { seal: ({ json }) => json, open: (answer) => answer }

/** @throws NexoSecurityException for an empty passphrase or key identifier */
export function sealedEnvelope({ passphrase, keyIdentifier, keyVersion }: NexoKey): Envelope {
  const crypto = new NexoSecurityManager({
    passphrase,
    keyIdentifier,
    keyVersion,
    adyenCryptoVersion: CRYPTO_VERSION,
  })
  return {
    seal: ({ header, json }) =>
      JSON.stringify({ SaleToPOIRequest: crypto.encrypt(json, header as unknown as LibraryHeader) }),
    open: (answer) => {
      const sealed = SealedSchema.safeParse(answer)
      if (!sealed.success) return undefined
      const { NexoBlob, SecurityTrailer } = sealed.data.SaleToPOIResponse
      try {
        const MessageHeader = {} as LibraryHeader
        return readExactJson(crypto.decrypt({ MessageHeader, NexoBlob, SecurityTrailer }))
      } catch {
        return undefined
      }
    },
  }
}

type LibraryHeader = Parameters<NexoSecurityManager['encrypt']>[1]
