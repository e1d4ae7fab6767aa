import { readUrl } from '../option-readers.ts'
import { UserError } from '../user-error.ts'
import { createEmulator } from './emulator.ts'
import type { ConnectOptions, Emulator } from './types.ts'

/**
 * Speaks to an emulator that runs elsewhere. Rejects when it is not there, and when the URL is none.
 *
 * @example
 * const emulator = await connect('http://localhost:4010')
 * await emulator.sandbox('my-test').reset()
 */
export async function connect(to: string | ConnectOptions): Promise<Emulator> {
  const { url: given, adminKey = 'sk-admin-local', controlToken } = typeof to === 'string' ? { url: to } : to
  const url = checked(given)
  const answer = await fetch(`${url}/ready`)
  await answer.text()
  if (!answer.ok) throw new Error(`${url} is no emulator that is ready: it answered with ${answer.status}`)
  return createEmulator({ url, adminKey, controlToken, close: async () => {} })
}

function checked(url: string): string {
  try {
    return readUrl(url)
  } catch (error) {
    throw new UserError(`url: ${JSON.stringify(url)} is invalid. ${(error as Error).message}`)
  }
}
