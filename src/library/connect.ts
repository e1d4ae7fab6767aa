import { UserError } from '../common/user-error.ts'
import { parseUrl } from '../config/parsers.ts'
import { readTrustedCertificate } from '../config/tls-files.ts'
import { trustCertificate } from '../control-client/agents.ts'
import { sendRequest } from '../control-client/client.ts'
import { EmulatorError } from '../control-client/emulator-error.ts'
import { createEmulator } from './emulator.ts'
import { rejectUnknownOptions } from './options.ts'
import type { ConnectOptions, Emulator } from './types.ts'

/**
 * Connects to a running emulator. Rejects with EmulatorError if there is none, and with UserError for an invalid option.
 *
 * @example
 * const emulator = await connect('http://localhost:4010')
 * await emulator.sandbox('my-test').reset()
 */
export async function connect(to: string | ConnectOptions): Promise<Emulator> {
  const { url, adminKey, controlToken, tlsCert } = readOptions(to)
  if (tlsCert !== undefined) trustCertificate(readTrustedCertificate(tlsCert))
  const { ok, status } = await sendRequest(url, '/ready')
  if (!ok) throw new EmulatorError(`${url} is not a ready emulator: got status ${status}`, status, null, null)
  return createEmulator({ url, adminKey, controlToken, close: async () => {} })
}

const optionNames = ['url', 'adminKey', 'controlToken', 'tlsCert']

function readOptions(to: string | ConnectOptions) {
  if (typeof to !== 'string' && (typeof to !== 'object' || to === null || Array.isArray(to))) {
    throw invalidOption('connect', JSON.stringify(to), `It must be a URL, or an object: {${optionNames.join(', ')}}.`)
  }
  const options = typeof to === 'string' ? { url: to } : to
  rejectUnknownOptions(options, optionNames)
  const { adminKey = 'sk-admin-local', controlToken, tlsCert } = options
  if (adminKey !== null && typeof adminKey !== 'string') {
    throw invalidOption('adminKey', '[redacted]', 'It must be a string, or null.')
  }
  if (controlToken !== undefined && (typeof controlToken !== 'string' || controlToken === '')) {
    throw invalidOption('controlToken', '[redacted]', 'It must be a string that is not empty.')
  }
  if (tlsCert !== undefined && (typeof tlsCert !== 'string' || tlsCert === '')) {
    throw invalidOption('tlsCert', JSON.stringify(tlsCert), 'It must be a string that is not empty.')
  }
  return { url: parseUrlOption(options.url), adminKey, controlToken, tlsCert }
}

const invalidOption = (name: string, got: string, rule: string) => new UserError(`${name}: ${got} is invalid. ${rule}`)

function parseUrlOption(url: string): string {
  try {
    return parseUrl(url)
  } catch (error) {
    throw invalidOption('url', JSON.stringify(url), (error as Error).message)
  }
}
