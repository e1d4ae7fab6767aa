import type { Options } from '../../config/options.ts'
import { type ControlCommandOptions, withControlClient } from '../control.ts'
import { printError } from '../output.ts'

/** Resets a sandbox of a running emulator, or the named parts of it. Throws as `withControlClient` does. */
export async function reset({ only, ...options }: ControlCommandOptions & Options<'only'>): Promise<void> {
  const text = JSON.stringify(only.length === 0 ? {} : { only })
  const response = await withControlClient(options, (send) =>
    send('POST', '/reset', { text, contentType: 'application/json' }),
  )
  printError(`reset of sandbox '${options.sandbox}': ${JSON.parse(response).reset.join(', ')}`)
}
