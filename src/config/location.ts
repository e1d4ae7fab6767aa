import { toAuthority } from '../common/http-syntax.ts'
import { UserError } from '../common/user-error.ts'
import type { locationOptions, Options } from './options.ts'

/** Where a running emulator is. */
export type EmulatorLocation = Partial<Options<(typeof locationOptions)[number]>> & Options<'host' | 'port'>

/** Returns the URL of an emulator, without a slash at its end. */
export function emulatorUrl({ url, host, port, tlsCert }: EmulatorLocation): string {
  if (url !== undefined) return url
  if (port === 0) throw new UserError('--port: must be the port of the emulator, unless --url is given; got 0')
  const isLocal = localHosts.includes(host)
  if (tlsCert !== undefined) return `https://${toAuthority(isLocal ? 'localhost' : host, port)}`
  return `http://${toAuthority(isLocal ? '127.0.0.1' : host, port)}`
}

// The wildcard addresses are for listening only. Certificates usually have the name; without one, the address spares a lookup.
const localHosts = ['0.0.0.0', '::', 'localhost']
