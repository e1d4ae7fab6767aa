import { UserError } from '../common/user-error.ts'
import type { locationOptions, Options } from './options.ts'

/** Where a running emulator is. */
export type EmulatorLocation = Partial<Options<(typeof locationOptions)[number]>> & Options<'host' | 'port'>

/** The URL of the emulator, without a slash at its end. */
export function emulatorUrl({ url, host, port }: EmulatorLocation): string {
  if (url !== undefined) return url
  if (port === 0) throw new UserError('--port: 0 says nothing about where the emulator is; give its port or --url.')
  // One cannot connect to the address that stands for all.
  const reachable = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host
  return `http://${reachable.includes(':') ? `[${reachable}]` : reachable}:${port}`
}
