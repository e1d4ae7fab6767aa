import { connect } from 'admin-keys-emulator'
import OpenAI from 'openai'
import { test as base } from 'vitest'

/** A test in an organization of its own, which is gone after it. */
export const test = base
  .extend('emulator', { scope: 'worker' }, () => connect(process.env['EMULATOR_URL'] ?? 'http://127.0.0.1:4010'))
  .extend('sandbox', async ({ emulator }, { onCleanup }) => {
    const sandbox = await emulator.sandboxes.create()
    onCleanup(() => emulator.sandboxes.delete(sandbox.name))
    return sandbox
  })
  /** The keys, as they are for whoever calls with that value. */
  .extend('keysAs', ({ sandbox: { baseURL } }) => (adminAPIKey: string | null) => {
    return new OpenAI({ baseURL, adminAPIKey }).admin.organization.adminAPIKeys
  })
  .extend('keys', ({ emulator, keysAs }) => keysAs(emulator.adminKey))
