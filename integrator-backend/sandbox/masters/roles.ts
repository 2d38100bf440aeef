// Which role may call which path: the ACCESSCONTROL masters. Paths are exact; nobody has `_validate` unless it is granted.
// Read by the gateway's role check and by the seed of users.

const bills = '/billing-service/bill/v2'
const payments = '/collection-services/payments'
const everyone = [
  '/user/_logout',
  '/egov-mdms-service/v1/_search',
  '/localization/messages/v1/_search',
  '/localization/messages',
  '/pdf-service/v1/_create',
  '/filestore/v1/files/url',
]

export const VALIDATE_PATH = `${payments}/_validate`

export const roleActions: Record<string, readonly string[]> = {
  EMPLOYEE: [
    ...everyone,
    `${bills}/_fetchbill`,
    `${bills}/_search`,
    `${bills}/_cancelbill`,
    '/billing-service/demand/_search',
    '/billing-service/bill/_search',
    '/billing-service/bill/_fetchbill',
    '/billing-service/bill/_generate',
    '/billing-service/bill/_create',
    `${payments}/_create`,
    `${payments}/_search`,
    `${payments}/PT/_search`,
    `${payments}/UC/_search`,
    `${payments}/DEFAULT/_search`,
  ],
  CITIZEN: [
    ...everyone,
    `${bills}/_fetchbill`,
    `${bills}/_search`,
    `${payments}/_search`,
    `${payments}/PT/_search`,
    `${payments}/WS/_search`,
    `${payments}/SW/_search`,
  ],
  UC_EMP: [
    `${bills}/_fetchbill`,
    `${payments}/_create`,
    `${payments}/UC/_search`,
    `${payments}/UC/_workflow`,
  ],
  WS_CEMP: [`${payments}/WS/_search`, `${payments}/WS/_workflow`],
  SW_CEMP: [`${payments}/SW/_search`, `${payments}/SW/_workflow`],
  TL_CEMP: [
    `${bills}/_fetchbill`,
    `${payments}/_create`,
    `${payments}/TL/_search`,
    `${payments}/TL/_workflow`,
  ],
  CR_PT: [`${payments}/PT/_search`, `${payments}/PT/_workflow`],
}

export const roleNames: Record<string, string> = {
  EMPLOYEE: 'Employee',
  CITIZEN: 'Citizen',
  UC_EMP: 'Miscellaneous counter employee',
  WS_CEMP: 'Water counter employee',
  SW_CEMP: 'Sewerage counter employee',
  TL_CEMP: 'Trade licence counter employee',
  CR_PT: 'Property tax receipt canceller',
}
