// The invented state and its two towns. Read by MDMS search, gateway, billing and the seed.

export const STATE_TENANT = 'sr'

export type TenantMaster = {
  code: string
  name: string
  description: string
  type: string
  emailId: string | null
  contactNumber: string | null
  pincode: number[]
  address: string | null
  city: {
    code: string
    name: string
    localName: string
    districtName: string
    ulbGrade: string
    regionName: string
  }
}

export const tenants: TenantMaster[] = [
  {
    code: STATE_TENANT,
    name: 'Suryanagar Pradesh',
    description: 'State of Suryanagar Pradesh (invented)',
    type: 'STATE',
    emailId: null,
    contactNumber: null,
    pincode: [],
    address: null,
    city: {
      code: 'SR',
      name: 'State',
      localName: 'राज्य',
      districtName: 'State',
      ulbGrade: 'STATE',
      regionName: 'State',
    },
  },
  {
    code: 'sr.devgaon',
    name: 'Devgaon Municipal Council',
    description: 'Municipal council of Devgaon (invented)',
    type: 'CITY',
    emailId: 'office@devgaon.example',
    contactNumber: '0000-200100',
    pincode: [990001, 990002],
    address: 'Town Hall, Mandi Road, Devgaon',
    city: {
      code: 'DVG',
      name: 'Devgaon',
      localName: 'देवगाँव',
      districtName: 'Devgaon',
      ulbGrade: 'Municipal Council',
      regionName: 'North',
    },
  },
  {
    code: 'sr.chandnipur',
    name: 'Chandnipur Municipal Corporation',
    description: 'Municipal corporation of Chandnipur (invented)',
    type: 'CITY',
    emailId: 'office@chandnipur.example',
    contactNumber: '0000-300100',
    pincode: [990101],
    address: 'Nagar Bhavan, Chandnipur',
    city: {
      code: 'CHP',
      name: 'Chandnipur',
      localName: 'चाँदनीपुर',
      districtName: 'Chandnipur',
      ulbGrade: 'Municipal Corporation',
      regionName: 'South',
    },
  },
]

export function tenantOf(code: string): TenantMaster | undefined {
  return tenants.find((tenant) => tenant.code === code)
}

export function isStateTenant(code: string): boolean {
  return !code.includes('.')
}
