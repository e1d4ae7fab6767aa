import OpenAI from 'openai'
import { expect } from 'vitest'
import { test } from './sandbox.ts'

const errorOf = (response: Promise<unknown>) =>
  response.then(
    () => expect.unreachable('the request succeeded'),
    (error: InstanceType<typeof OpenAI.APIError>) => error,
  )

test('unknown key is 401', async ({ keysAs }) => {
  const error = await errorOf(keysAs('sk-admin-wrong').list())
  expect(error).toBeInstanceOf(OpenAI.AuthenticationError)
  expect(error).toMatchObject({ status: 401, code: 'invalid_api_key', param: null })
  expect(error.message).toContain('Incorrect API key provided: sk-admin**rong.')
})

test('project key is 403', async ({ keysAs }) => {
  const error = await errorOf(keysAs('sk-proj-of-a-project').create({ name: 'ci' }))
  expect(error).toBeInstanceOf(OpenAI.PermissionDeniedError)
  expect(error).toMatchObject({ status: 403, code: null, param: null })
  expect(error.message).toContain('Missing scopes: api.management.write.')
})

test('unknown id is 404', async ({ keys }) => {
  const error = await errorOf(keys.retrieve('key_none'))
  expect(error).toBeInstanceOf(OpenAI.NotFoundError)
  expect(error).toMatchObject({ status: 404, code: 'not_found', param: null })
  expect(error.message).toContain('The admin API key key_none was not found')
})

test('invalid value is 400', async ({ keys }) => {
  const error = await errorOf(keys.create({ name: 'ci', expires_in_seconds: 0 }))
  expect(error).toBeInstanceOf(OpenAI.BadRequestError)
  expect(error).toMatchObject({ status: 400, code: 'integer_below_min_value', param: 'expires_in_seconds' })
  expect(error.message).toContain('Expected a value >= 1, but got 0 instead.')
})
