import { trustCertificate } from '../control-client/agents.ts'
import { serve } from '../server/serve.ts'
import { createEmulator } from './emulator.ts'
import { readOptions } from './options.ts'
import type { Emulator, EmulatorOptions } from './types.ts'

/**
 * Starts an emulator in this process and resolves when it listens. Emulators share nothing. Rejects with UserError for an
 * invalid option or seed, and with the error of the socket if the port is taken.
 *
 * @example
 * await using emulator = await startEmulator({ seed: 'paging' })
 * const client = new OpenAI({ baseURL: emulator.baseURL, adminAPIKey: emulator.adminKey })
 */
export async function startEmulator(options: EmulatorOptions = {}): Promise<Emulator> {
  const parsed = readOptions(options)
  const server = await serve(parsed)
  let closed: Promise<void> | undefined
  const close = () => {
    closed ??= server.close()
    return closed
  }
  const { url, adminKey = null, certificate } = server
  if (certificate !== undefined) trustCertificate(certificate)
  return createEmulator({ url, adminKey, controlToken: parsed.controlToken, close })
}
