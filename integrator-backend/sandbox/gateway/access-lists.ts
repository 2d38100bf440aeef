// Paths that need no token at all (open) and paths that take one but also serve strangers (mixed). Exact paths only.
// Read from: helm values of the gateway, eGov's demo environment.

export const openPaths: ReadonlySet<string> = new Set([
  '/user/oauth/token',
  '/user-otp/v1/_send',
  '/egov-mdms-service/v1/_search',
  '/localization/messages',
  '/localization/messages/v1/_search',
  '/filestore/v1/files/url',
])

const payments = '/collection-services/payments'

export const mixedPaths: ReadonlySet<string> = new Set([
  '/billing-service/bill/v2/_fetchbill',
  `${payments}/_search`,
  `${payments}/PT/_search`,
  `${payments}/WS/_search`,
  `${payments}/SW/_search`,
  `${payments}/WS.ONE_TIME_FEE/_search`,
  `${payments}/SW.ONE_TIME_FEE/_search`,
])
