// A certificate authority of a few lines, for tests of TLS: makes a CA and certificates for 127.0.0.1 (X.509 in DER by hand, ECDSA on
// P-256), valid for a day. Called by tests only.
import { generateKeyPairSync, randomBytes, sign, type KeyObject } from 'node:crypto'

export type Certificate = { readonly certificate: string; readonly key: string }

export type ThrowawayCa = {
  /** PEM of the CA's own certificate. */
  readonly certificate: string
  /** For 127.0.0.1; `commonName`: for those who look at that and not at the address. */
  readonly issueForLoopback: (commonName?: string) => Certificate
}

type Pair = { readonly publicKey: KeyObject; readonly privateKey: KeyObject }

export function makeCa(name: string): ThrowawayCa {
  const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const isCa = extension([0x55, 0x1d, 0x13], sequence(der(0x01, Buffer.from([0xff]))), true)
  return {
    certificate: certificateOf({
      subject: name,
      issuer: name,
      extensions: isCa,
      publicKey: pair.publicKey,
      by: pair,
    }),
    issueForLoopback: (commonName = '127.0.0.1') => {
      const own = generateKeyPairSync('ec', { namedCurve: 'P-256' })
      const address = der(0x87, Buffer.from([127, 0, 0, 1]))
      const extensions = extension([0x55, 0x1d, 0x11], sequence(address), false)
      const { publicKey, privateKey } = own
      return {
        certificate: certificateOf({ subject: commonName, issuer: name, extensions, publicKey, by: pair }),
        key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
      }
    },
  }
}

type Facts = { subject: string; issuer: string; extensions: Buffer; publicKey: KeyObject; by: Pair }

function certificateOf({ subject, issuer, extensions, publicKey, by }: Facts): string {
  const dayMs = 86_400_000
  const facts = sequence(
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, Buffer.concat([Buffer.from([1]), randomBytes(8)])),
    ecdsaWithSha256,
    nameOf(issuer),
    sequence(timeOf(Date.now() - dayMs), timeOf(Date.now() + dayMs)),
    nameOf(subject),
    publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, sequence(extensions)),
  )
  const signature = der(0x03, Buffer.concat([Buffer.from([0]), sign('sha256', facts, by.privateKey)]))
  const text = sequence(facts, ecdsaWithSha256, signature)
    .toString('base64')
    .replaceAll(/.{64}(?=.)/g, '$&\n')
  return `-----BEGIN CERTIFICATE-----\n${text}\n-----END CERTIFICATE-----\n`
}

function der(tag: number, content: Buffer): Buffer {
  const { length } = content
  const size = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 0xff]
  return Buffer.concat([Buffer.from([tag, ...size]), content])
}

function sequence(...parts: Buffer[]): Buffer {
  return der(0x30, Buffer.concat(parts))
}

function nameOf(text: string): Buffer {
  const commonName = sequence(der(0x06, Buffer.from([0x55, 0x04, 0x03])), der(0x0c, Buffer.from(text)))
  return sequence(der(0x31, commonName))
}

/** UTCTime: YYMMDDhhmmssZ. */
function timeOf(ms: number): Buffer {
  const digits = new Date(ms).toISOString().replaceAll(/\D/g, '').slice(2, 14)
  return der(0x17, Buffer.from(`${digits}Z`))
}

function extension(id: number[], content: Buffer, isCritical: boolean): Buffer {
  const critical = isCritical ? [der(0x01, Buffer.from([0xff]))] : []
  return sequence(der(0x06, Buffer.from(id)), ...critical, der(0x04, content))
}

const ecdsaWithSha256 = sequence(der(0x06, Buffer.from([0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02])))
