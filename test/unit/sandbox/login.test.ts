// Goal: logging in fails and succeeds as egov-user does it, because a client that retries wrongly locks a whole town out.
import { afterEach, beforeEach, expect, test } from 'vitest'
import { tokenAnswerSchema } from '#digit-wire/auth.ts'
import { legacyErrorSchema, oauthErrorSchema, springErrorSchema } from '#digit-wire/envelope.ts'
import { at, codesOf, devgaon, startRig } from './rig.ts'
import type { Rig } from './rig.ts'

let rig: Rig
beforeEach(async () => {
  rig = await startRig()
})
afterEach(() => rig.close())

const minuteMs = 60_000

test('a token answer has the shape of the contract, with a snake_case ResponseInfo and the user', async () => {
  const reply = await rig.logIn()
  expect(reply.status).toBe(200)
  const answer = tokenAnswerSchema.parse(reply.body)
  expect(answer.expires_in).toBe(604_800)
  expect(answer.scope).toBe('read')
  expect(at(reply, 'ResponseInfo.res_msg_id')).toBe('')
  expect(answer.UserRequest).toMatchObject({ userName: 'POS-DVG', type: 'EMPLOYEE', tenantId: devgaon })
})

test('user type is read without regard to case', async () => {
  expect((await rig.logIn({ userType: 'employee' })).status).toBe(200)
})

test.each([
  ['unknown user', { username: 'NOBODY' }, /Invalid login credentials/],
  ['another tenant', { tenantId: 'sr.chandnipur' }, /Invalid login credentials/],
  ['inactive user', { username: 'INACTIVE-DVG' }, /activate/],
  ['no tenant', { tenantId: '' }, /mandatory/],
  ['unknown user type', { userType: 'ROBOT' }, /mandatory/],
  ['no user type', { userType: '' }, /mandatory/],
])('%s is 400 in OAuth shape', async (_name, login, text) => {
  const reply = await rig.logIn(login)
  expect(reply.status).toBe(400)
  const failure = oauthErrorSchema.parse(reply.body)
  expect(failure.error).toBe('invalid_request')
  expect(failure.error_description).toMatch(text)
})

test('a wrong Basic header is 401 in Spring shape', async () => {
  const reply = await rig.logIn({}, 'egov-user-client:wrong')
  expect(reply.status).toBe(401)
  expect(springErrorSchema.parse(reply.body)).toMatchObject({
    error: 'Unauthorized',
    path: '/user/oauth/token',
  })
})

test('quirk 2: a bad password is 400; the fifth miss in 30 minutes locks and deletes the live token', async () => {
  const search = () => rig.fetchBill('plain-due')
  for (let miss = 1; miss <= 4; miss++) {
    const reply = await rig.logIn({ password: 'wrong' })
    expect(reply.status).toBe(400)
    expect(at(reply, 'error')).toBe('invalid_request')
    expect(at(reply, 'error_description')).toBe('Invalid login credentials')
  }
  expect((await search()).status).toBe(201)
  expect(at(await rig.logIn({ password: 'wrong' }), 'error_description')).toBe('Account locked')
  expect((await search()).status).toBe(401)
  expect(at(await rig.logIn(), 'error_description')).toBe('Account locked')

  rig.admin.clock.advance(59 * minuteMs)
  expect((await rig.logIn()).status).toBe(400)
  rig.admin.clock.advance(2 * minuteMs)
  expect((await rig.logIn()).status).toBe(200)
})

test('misses spread over more than 30 minutes do not lock', async () => {
  for (let miss = 0; miss < 4; miss++) await rig.logIn({ password: 'wrong' })
  rig.admin.clock.advance(31 * minuteMs)
  await rig.logIn({ password: 'wrong' })
  expect((await rig.logIn()).status).toBe(200)
})

test('quirk 3: a second login gets the same token with less time left; one logout logs out all', async () => {
  const first = tokenAnswerSchema.parse((await rig.logIn()).body)
  rig.admin.clock.advance(10_000)
  const second = tokenAnswerSchema.parse((await rig.logIn()).body)
  expect(second.access_token).toBe(first.access_token)
  expect(second.expires_in).toBe(first.expires_in - 10)
  const other = tokenAnswerSchema.parse((await rig.logIn({ scope: 'write' })).body)
  expect(other.access_token).not.toBe(first.access_token)

  const out = await rig.post('/user/_logout', { access_token: first.access_token })
  expect(out.status).toBe(200)
  expect(at(out, 'status')).toBe('Logout successfully')
  expect((await rig.fetchBill('plain-due')).status).toBe(401)
})

test('a logout of an unknown token fails in the legacy shape', async () => {
  const reply = await rig.post('/user/_logout', { access_token: 'gone' })
  expect(reply.status).toBe(400)
  expect(legacyErrorSchema.parse(reply.body).error.description).toBe('Logout failed')
})

test('quirk 4: an unknown or expired token is 401 with InvalidAccessTokenException', async () => {
  const unknown = await rig.post(
    '/billing-service/demand/_search?tenantId=sr.devgaon',
    {},
    { token: 'nonsense' },
  )
  expect(unknown.status).toBe(401)
  expect(codesOf(unknown)).toEqual(['InvalidAccessTokenException'])
  rig.admin.clock.advance(7 * 24 * 60 * minuteMs)
  expect(codesOf(await rig.fetchBill('plain-due'))).toEqual(['InvalidAccessTokenException'])
  expect((await rig.logIn()).status).toBe(200)
})

test('a refresh token is used again, and an unknown one is invalid_grant', async () => {
  const first = tokenAnswerSchema.parse((await rig.logIn()).body)
  const second = tokenAnswerSchema.parse((await rig.refresh(first.refresh_token ?? '')).body)
  expect(second.access_token).not.toBe(first.access_token)
  expect(second.refresh_token).toBe(first.refresh_token)
  const third = await rig.refresh(first.refresh_token ?? '')
  expect(third.status).toBe(200)
  const unknown = await rig.refresh('nonsense')
  expect(unknown.status).toBe(400)
  expect(at(unknown, 'error')).toBe('invalid_grant')
})

test('a user whose lock flag is null can log in but not refresh', async () => {
  const reply = tokenAnswerSchema.parse((await rig.logIn({ username: 'NOFLAG-DVG' })).body)
  expect(at(await rig.refresh(reply.refresh_token ?? ''), 'error_description')).toBe('Account locked')
})

test('roles are frozen at login: a role granted later needs a new token', async () => {
  const clerk = tokenAnswerSchema.parse((await rig.logIn({ username: 'CLERK-DVG' })).body)
  const search = () =>
    rig.post(
      `/collection-services/payments/WS/_search?tenantId=${devgaon}`,
      {},
      { token: clerk.access_token },
    )
  const [user] = rig.admin.state.users.find('login', `CLERK-DVG|EMPLOYEE|${devgaon}`)
  user?.roles.push({ name: 'Water', code: 'WS_CEMP', tenantId: devgaon })
  expect((await search()).status).toBe(403)
  await rig.refresh(clerk.refresh_token ?? '')
  expect((await search()).status).toBe(401)
})

test('a citizen logs in at the state with the OTP, from any town', async () => {
  const sent = await rig.post('/user-otp/v1/_send', { otp: { mobileNumber: '9876500004', tenantId: 'sr' } })
  expect(sent.status).toBe(201)
  expect(sent.body).toEqual({ ResponseInfo: null, isSuccessful: true })
  const reply = await rig.logIn({ username: '9876500004', password: '123456', userType: 'CITIZEN' })
  expect(at(reply, 'UserRequest.tenantId')).toBe('sr')
})
