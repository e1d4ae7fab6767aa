import { serve } from '../server/serve.ts'
import { createEmulator } from './emulator.ts'
import { readOptions } from './options.ts'
import type { Emulator, EmulatorOptions } from './types.ts'

/**
 * Starts an emulator in this process. Resolves when it listens. Two of them share nothing.
 * Rejects with what is wrong with an option or a seed, and with the error of the socket when the port is taken.
 *
 * @example
 * await using emulator = await startEmulator({ seed: 'paging' })
 * const client = new OpenAI({ baseURL: emulator.baseURL, adminAPIKey: emulator.adminKey })
 */
export async function startEmulator(options: EmulatorOptions = {}): Promise<Emulator> {
  const parsed = readOptions(options)
  const { app, url, adminKey } = await serve(parsed)
  let closed: Promise<void> | undefined
  const close = () => {
    closed ??= app.close()
    return closed
  }
  return createEmulator({ url, adminKey: adminKey ?? null, controlToken: parsed.controlToken, close })
}
