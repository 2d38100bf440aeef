// Where the integrator may be and how it proves itself: https, against a private CA where the municipality has one; plain http only
// on this machine. Called by shell-settings, start-host and the integrator client.
import { X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'

/**
 * @throws Error in plain words when money and PINs would go over plain http to another machine
 */
export function requireSafeAddress(address: string, { isHttpAllowed }: { isHttpAllowed: boolean }): void {
  const { protocol, hostname } = new URL(address)
  if (protocol === 'https:' || isHttpAllowed || isThisMachine(hostname)) return
  throw new Error(
    `The integrator at ${hostname} must be reached over https. (Only for a trial on a closed network: TAHSIL_ALLOW_HTTP=1.)`,
  )
}

function isThisMachine(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(?:\.\d{1,3}){3}$/.test(hostname)
}

/** PEM of the CA that alone is believed. @throws Error in plain words when the file holds no certificate */
export function readCa(path: string): string {
  try {
    const pem = readFileSync(path, 'utf8')
    void new X509Certificate(pem)
    return pem
  } catch (cause) {
    throw new Error(`The file of TAHSIL_INTEGRATOR_CA (${path}) holds no certificate in PEM.`, { cause })
  }
}
