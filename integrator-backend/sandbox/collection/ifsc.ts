// The IFSC look-up collection-services makes at a third party inside `_create`. The bank list here is invented.
// Called by create-payment. Off in UPYOG. Read from: PaymentValidator, ServiceRequestRepository.
import { javaException } from '#sandbox/wire/digit-error.ts'
import { isObject } from '#sandbox/wire/json-field.ts'
import type { Call } from '#sandbox/sandbox-context.ts'
import type { PaymentInput } from './payment-input.ts'

const banks: Record<string, { BANK: string; BRANCH: string; IFSC: string }> = {
  SRBK0000101: { BANK: 'Suryanagar Bank', BRANCH: 'Devgaon', IFSC: 'SRBK0000101' },
  SRBK0000202: { BANK: 'Suryanagar Bank', BRANCH: 'Chandnipur', IFSC: 'SRBK0000202' },
}

/** additionalDetails to store: bank details are added only when the client sent none. Throws TracerException. */
export function lookUpIfsc(call: Call, input: PaymentInput): unknown {
  const { ifscCode, additionalDetails } = input
  if (ifscCode === null || call.sandbox.settings.isUpyog) return additionalDetails
  const bank = Object.hasOwn(banks, ifscCode) ? banks[ifscCode] : undefined
  const isDown = call.sandbox.faults.take('ifsc-down', call.operation) !== undefined
  if (bank === undefined || isDown) throw javaException('TracerException', 'Not Found')
  if (additionalDetails === null) return { bankDetails: bank }
  if (!isObject(additionalDetails)) {
    throw javaException('ClassCastException', 'additionalDetails cannot be cast to ObjectNode')
  }
  return additionalDetails
}
