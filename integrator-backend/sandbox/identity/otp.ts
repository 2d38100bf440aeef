// `POST /user-otp/v1/_send` for citizen logins. No SMS leaves the sandbox: the code is always SANDBOX_OTP.
import { digitError } from '#sandbox/wire/digit-error.ts'
import { fieldOf, isObject } from '#sandbox/wire/json-field.ts'
import type { Answer, Call } from '#sandbox/sandbox-context.ts'

export function sendOtp(call: Call): Answer {
  const otp = fieldOf(call.body, 'otp')
  const mobileNumber = isObject(otp) ? fieldOf(otp, 'mobileNumber') : undefined
  if (typeof mobileNumber !== 'string' || !/^[6-9][0-9]{9}$/.test(mobileNumber)) {
    throw digitError('OTP.MOBILE_NUMBER_INVALID', 'Mobile number should be 10 digits and start with 6 to 9')
  }
  return { status: 201, body: { ResponseInfo: null, isSuccessful: true } }
}
