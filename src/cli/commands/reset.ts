import type { Options } from '../../config/options.ts'
import { type ControlCommandOptions, requestSandbox } from '../control.ts'
import { printError, printJson, printsJson } from '../output.ts'

type ResetOptions = ControlCommandOptions & Options<'only' | 'json'>

/** Resets a sandbox of a running emulator, or the named parts of it. Throws as `requestSandbox` does. */
export async function reset({ only, json, ...options }: ResetOptions): Promise<void> {
  const body = only.length === 0 ? {} : { only }
  const response = await requestSandbox<{ reset: string[] }>(options, 'POST', '/reset', body)
  if (printsJson(json)) printJson(response)
  else printError(`reset of sandbox '${options.sandbox}': ${response.reset.join(', ')}`)
}
