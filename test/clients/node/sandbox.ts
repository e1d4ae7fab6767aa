import { connect } from 'admin-keys-emulator'
import OpenAI from 'openai'
import { test as base } from 'vitest'

/** A test with its own sandbox, which is removed afterwards. */
export const test = base
  .extend('emulator', { scope: 'worker' }, () => connect(process.env['EMULATOR_URL'] ?? 'http://127.0.0.1:4010'))
  .extend('sandbox', async ({ emulator }, { onCleanup }) => {
    const sandbox = await emulator.sandboxes.create()
    onCleanup(() => emulator.sandboxes.delete(sandbox.name))
    return sandbox
  })
  /** The keys API, authenticated with the given value. */
  .extend('keysAs', ({ sandbox: { baseURL } }) => (adminAPIKey: string | null) => {
    return new OpenAI({ baseURL, adminAPIKey }).admin.organization.adminAPIKeys
  })
  .extend('keys', ({ emulator, keysAs }) => keysAs(emulator.adminKey))
  .extend('organization', ({ emulator, sandbox: { baseURL } }) => {
    return new OpenAI({ baseURL, adminAPIKey: emulator.adminKey }).admin.organization
  })
  /** The list of models, which authenticates keys of projects. */
  .extend(
    'modelsAs',
    ({ sandbox: { baseURL } }) =>
      (apiKey: string) =>
        new OpenAI({ baseURL, apiKey }).models,
  )
