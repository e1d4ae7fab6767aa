import { toAuthority } from '../common/http-syntax.ts'
import { UserError } from '../common/user-error.ts'
import type { locationOptions, Options } from './options.ts'

/** Where a running emulator is. */
export type EmulatorLocation = Partial<Options<(typeof locationOptions)[number]>> & Options<'host' | 'port'>

/** Returns the URL of an emulator, without a slash at its end. */
export function emulatorUrl({ url, host, port }: EmulatorLocation): string {
  if (url !== undefined) return url
  if (port === 0) throw new UserError('--port: 0 does not say where the emulator is; give its port or --url.')
  // Wildcard addresses are for listening only. Every client can use 127.0.0.1, without looking up a name.
  const reachable = ['0.0.0.0', '::', 'localhost'].includes(host) ? '127.0.0.1' : host
  return `http://${toAuthority(reachable, port)}`
}
