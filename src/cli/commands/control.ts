import { readFileSync } from 'node:fs'
import { UserError } from '../../common/user-error.ts'
import { type EmulatorLocation, emulatorUrl } from '../../config/location.ts'
import type { Options } from '../../config/options.ts'
import { createSendControl, type SendControl } from '../../control-client/client.ts'
import { EmulatorError } from '../../control-client/emulator-error.ts'
import { sandboxUrl } from '../../sandbox/names.ts'
import { parsePointer } from '../../schema/schema-errors.ts'

type ControlCommandOptions = EmulatorLocation & Options<'sandbox' | 'controlToken'>

/** Resets the sandbox of a running emulator, or parts of it. Throws as `ask`. */
export async function reset({ what, ...location }: ControlCommandOptions & Options<'what'>): Promise<void> {
  const text = JSON.stringify(what.length === 0 ? {} : { what })
  const response = await withControlClient(location, (send) =>
    send('POST', '/reset', { text, type: 'application/json' }),
  )
  printError(`reset of sandbox '${location.sandbox}': ${JSON.parse(response).reset.join(', ')}`)
}

/** Prints the state of the sandbox of a running emulator as a seed, or loads one into it. Throws as `ask`. */
export async function state({
  load,
  add,
  ...location
}: ControlCommandOptions & Options<'load' | 'add'>): Promise<void> {
  if (load !== undefined && add !== undefined) throw new UserError('--add: must be left out beside --load')
  const file = load ?? add
  if (file === undefined) {
    const text = await withControlClient(location, (send) => send('GET', '/state'))
    process.stdout.write(`${JSON.stringify(JSON.parse(text), null, 2)}\n`)
    return
  }
  const document = readSeed(file)
  const response = await withControlClient(location, async (send) => {
    try {
      return await send(load === undefined ? 'POST' : 'PUT', '/state', document)
    } catch (error) {
      throw await withFilePosition(error, file, document.text)
    }
  })
  const done = load === undefined ? 'keys added to' : 'loaded into'
  printError(`${file}: ${done} sandbox '${location.sandbox}', which lists ${JSON.parse(response).keys} now`)
}

/** On standard error: standard output is for what is asked for. */
const printError = (line: string): void => void process.stderr.write(`admin-keys-emulator: ${line}\n`)

/** What the emulator says of a seed that it was sent, with the file and the line. */
async function withFilePosition(error: unknown, file: string, text: string): Promise<unknown> {
  if (!(error instanceof EmulatorError) || error.code !== 'invalid_body') return error
  const { parseYaml } = await import('../../schema/yaml.ts')
  // Throws for what is no YAML.
  const { errorAt } = parseYaml(file, text)
  const { param, message } = error
  return param === null ? error : errorAt(parsePointer(param), { sentence: message.slice(param.length + 1) })
}

function readSeed(file: string) {
  try {
    const type = file.endsWith('.json') ? 'application/json' : 'application/yaml'
    return { text: readFileSync(file, 'utf8'), type }
  } catch (error) {
    throw new UserError(`seed ${file}: cannot be read: ${(error as Error).message}`)
  }
}

/** Tells when the sandbox was not there. Throws UserError for what the emulator refuses, Error where it cannot be reached. */
async function withControlClient<Result>(
  { sandbox, controlToken, ...location }: ControlCommandOptions,
  use: (send: SendControl) => Promise<Result>,
) {
  const url = emulatorUrl(location)
  const root = sandboxUrl(url, sandbox)
  try {
    const send = createSendControl(root, controlToken)
    const { data }: { data: { name: string }[] } = JSON.parse(await send('GET', '/sandboxes'))
    const response = await use(send)
    if (!data.some(({ name }) => name === sandbox))
      printError(`sandbox '${sandbox}' was not there: it was made, from the seed`)
    return response
  } catch (error) {
    if (!(error instanceof EmulatorError)) throw error
    if (error.status !== null) throw new UserError(error.message)
    throw Object.assign(error, { syscall: 'connect' })
  }
}
