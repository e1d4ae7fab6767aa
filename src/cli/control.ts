import { UserError } from '../common/user-error.ts'
import { type EmulatorLocation, emulatorUrl } from '../config/location.ts'
import type { Options } from '../config/options.ts'
import { createSendControl, type SendControl } from '../control-client/client.ts'
import { EmulatorError } from '../control-client/emulator-error.ts'
import { sandboxUrl } from '../sandbox/names.ts'
import { printError } from './output.ts'

export type ControlCommandOptions = EmulatorLocation & Options<'sandbox' | 'controlToken'>

/**
 * Runs `use` with a client of the sandbox's controls, and reports if it created the sandbox. Throws UserError for what the
 * emulator refuses, and Error if it cannot be reached.
 */
export async function withControlClient<Result>(
  { sandbox, controlToken, ...location }: ControlCommandOptions,
  use: (send: SendControl) => Promise<Result>,
): Promise<Result> {
  try {
    const send = createSendControl(sandboxUrl(emulatorUrl(location), sandbox), controlToken)
    const { data }: { data: { name: string }[] } = JSON.parse(await send('GET', '/sandboxes'))
    const result = await use(send)
    if (!data.some(({ name }) => name === sandbox))
      printError(`sandbox '${sandbox}' did not exist: created from the seed`)
    return result
  } catch (error) {
    if (!(error instanceof EmulatorError)) throw error
    if (error.status !== null) throw new UserError(error.message)
    throw Object.assign(error, { syscall: 'connect' })
  }
}
