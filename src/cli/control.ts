import { type EmulatorLocation, emulatorUrl } from '../config/location.ts'
import type { Options } from '../config/options.ts'
import type { ListedSandbox } from '../control-api/controls/sandboxes.ts'
import {
  createSendControl,
  parseList,
  parseResponse,
  type RequestBody,
  type SendControl,
} from '../control-client/client.ts'
import { EmulatorError } from '../control-client/emulator-error.ts'
import { sandboxUrl } from '../sandbox/names.ts'
import { printError } from './output.ts'

export type EmulatorCommandOptions = EmulatorLocation & Options<'controlToken'>

export type ControlCommandOptions = EmulatorCommandOptions & Options<'sandbox'>

/**
 * Runs `use` with a client of the sandbox's controls, and reports if it created the sandbox. Throws EmulatorError if the emulator
 * refuses a request or cannot be reached.
 */
export async function withControlClient<Result>(
  { sandbox, controlToken, ...location }: ControlCommandOptions,
  use: (send: SendControl) => Promise<Result>,
): Promise<Result> {
  const send = createSendControl(sandboxUrl(emulatorUrl(location), sandbox), controlToken)
  const { data } = parseList<ListedSandbox>(await send('GET', '/sandboxes'))
  const result = await use(send)
  if (!data.some(({ name }) => name === sandbox))
    printError(`sandbox '${sandbox}' did not exist: created from the seed`)
  return result
}

/** Sends a request to a control of the sandbox and resolves to the JSON of the response. Throws as `withControlClient`. */
export const requestSandbox = async <Result>(
  options: ControlCommandOptions,
  method: string,
  path: string,
  content?: unknown,
): Promise<Result> =>
  parseResponse(await withControlClient(options, (send) => send(method, path, toRequestBody(content))))

/** Resolves to the sandboxes of the emulator. Throws EmulatorError. */
export const listSandboxes = async ({ controlToken, ...location }: EmulatorCommandOptions) =>
  parseList<ListedSandbox>(await createSendControl(emulatorUrl(location), controlToken)('GET', '/sandboxes'))

/** Sends a request to a control of the whole emulator and resolves to the JSON of the response. Throws EmulatorError. */
export async function requestEmulator<Result>(
  { controlToken, ...location }: EmulatorCommandOptions,
  method: string,
  path: string,
  content?: unknown,
): Promise<Result> {
  const send = createSendControl(emulatorUrl(location), controlToken)
  return parseResponse(await send(method, path, toRequestBody(content)))
}

const toRequestBody = (content: unknown): RequestBody | undefined =>
  content === undefined ? undefined : { text: JSON.stringify(content), contentType: 'application/json' }

/**
 * Resolves as `sent`. If the emulator refuses a part of the body, the error names the flag or argument instead of the JSON Pointer:
 * `nameOf` returns its name, or undefined to keep the pointer.
 */
export async function namingArguments<Result>(
  sent: Promise<Result>,
  nameOf: (pointer: string) => string | undefined,
): Promise<Result> {
  try {
    return await sent
  } catch (error) {
    if (!(error instanceof EmulatorError)) throw error
    const { message, status, code, param } = error
    const name = param === null || !message.startsWith(param) ? undefined : nameOf(param)
    if (param === null || name === undefined) throw error
    throw new EmulatorError(`${name}${message.slice(param.length)}`, status, code, param, error)
  }
}
