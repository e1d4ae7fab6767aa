import { readFileSync } from 'node:fs'
import { UserError } from '../../common/user-error.ts'
import type { Options } from '../../config/options.ts'
import { parseResponse } from '../../control-client/client.ts'
import { EmulatorError } from '../../control-client/emulator-error.ts'
import { parsePointer } from '../../schema/schema-errors.ts'
import { type ControlCommandOptions, withControlClient } from '../control.ts'
import { printError, printIndentedJson, printJson, printsJson } from '../output.ts'

type StateOptions = ControlCommandOptions & Options<'load' | 'add' | 'json'>

/** Prints the state of a sandbox as a seed, or loads one into it. Throws as `withControlClient` does. */
export async function state({ load, add, json, ...options }: StateOptions): Promise<void> {
  if (load !== undefined && add !== undefined) throw new UserError('--add: cannot be combined with --load')
  const file = load ?? add
  if (file === undefined) {
    const exported = parseResponse(await withControlClient(options, (send) => send('GET', '/state')))
    return json ? printJson(exported) : printIndented(exported)
  }
  const seed = readSeed(file)
  const response = await withControlClient(options, async (send) => {
    try {
      return await send(load === undefined ? 'POST' : 'PUT', '/state', seed)
    } catch (error) {
      throw await withFilePosition(error, file, seed.text)
    }
  })
  const loaded = parseResponse<{ keys: number }>(response)
  if (printsJson(json)) return printJson(loaded)
  const done = load === undefined ? 'added to' : 'loaded into'
  printError(`${file}: ${done} sandbox '${options.sandbox}', which now lists ${loaded.keys} keys`)
}

/** Throws EmulatorError if V8 has no string of that length. */
function printIndented(exported: unknown): void {
  try {
    printIndentedJson(exported)
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    throw new EmulatorError('the state is too long to be indented: use --json', null, 'state_too_large', null, error)
  }
}

/** Adds file and line to the emulator's errors about a seed. Throws SeedError if the file is not YAML. */
async function withFilePosition(error: unknown, file: string, text: string): Promise<unknown> {
  if (!(error instanceof EmulatorError) || error.code !== 'invalid_body') return error
  const [{ parseSeedText }, { Mistakes }, { seedPlace }] = await Promise.all([
    import('../../sandbox/seed/parse.ts'),
    import('../../sandbox/seed/mistakes.ts'),
    import('../../sandbox/seed/source.ts'),
  ])
  const mistakes = new Mistakes()
  const document = parseSeedText(file, text, mistakes)
  mistakes.throwIfAny()
  const lines = error.message.split('\n').map((message, index) => {
    const param = error.errors[index]?.param
    const line = param == null ? undefined : document?.lineOf(parsePointer(param))
    return param == null ? message : `${seedPlace(file, line === undefined ? undefined : { line })}, ${message}`
  })
  return new UserError(lines.join('\n'))
}

function readSeed(file: string) {
  try {
    const contentType = file.endsWith('.json') ? 'application/json' : 'application/yaml'
    return { text: readFileSync(file, 'utf8'), contentType }
  } catch (error) {
    throw new UserError(`seed ${file}: cannot be read: ${(error as Error).message}`)
  }
}
