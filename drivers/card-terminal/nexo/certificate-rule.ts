// Whom a nexo terminal's certificate must name. Adyen's terminals have an address of the shop's network, so not the host name counts
// but the terminal's own id under Adyen's domain (docs.adyen.com, "Protect with your own code"). Called by nexo-terminal.ts.
import type { PeerCertificate } from 'node:tls'

export type CertificateRule = 'adyen-live' | 'adyen-test' | 'host-name'

/** null: the usual rule of the host name. */
export function identityCheckOf(
  rule: CertificateRule,
  poiId: string,
): ((host: string, certificate: PeerCertificate) => Error | undefined) | null {
  if (rule === 'host-name') return null
  const domain = `${rule === 'adyen-live' ? 'live' : 'test'}.terminal.adyen.com`
  const names = [`${poiId}.${domain}`, `legacy-terminal-certificate.${domain}`].map((name) =>
    name.toLowerCase(),
  )
  return (_host, { subject }) => {
    // one name only: with several common names Node gives an array
    const name: unknown = subject?.CN
    if (typeof name === 'string' && names.includes(name.toLowerCase())) return undefined
    return Object.assign(new Error('the certificate names another terminal'), {
      code: 'ERR_TLS_CERT_ALTNAME_INVALID',
    })
  }
}
