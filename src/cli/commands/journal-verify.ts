import type { Command } from 'commander'
import { optionSpecs } from '../../config/option-specs.ts'
import type { Options } from '../../config/options.ts'
import type { JournalEntry } from '../../journal/schemas.ts'
import { Verification, type VerificationResult } from '../../journal/verification/schemas.ts'
import { type AddCommand, sandboxOptions } from '../command.ts'
import { type ControlCommandOptions, namingArguments, requestSandbox } from '../control.ts'
import { type FieldSchema, parseField } from '../field-values.ts'
import { addFields, type FlagValue, flagOfPointer, readBody, toField } from '../fields.ts'
import { printError, printJson, printLine, printsJson } from '../output.ts'

/** `--json` alone prints JSON, as in every command; with a value it is the field `json`. */
type JsonFlag = Options<'json'>['json'] | { print?: boolean; field?: FlagValue }

type VerifyOptions = ControlCommandOptions & { json: JsonFlag }

const properties = Verification.properties as Record<string, FieldSchema>
const fields = Object.entries(properties).map(toField)

export function addVerifyCommand(add: AddCommand): void {
  const command = add('verify [json]', {
    description: 'Check which requests were sent, from flags or JSON; on a mismatch, print the closest and exit 1',
    options: [...sandboxOptions, 'json'],
    examples: [
      'journal verify --operation create --status 200 --times 1',
      'journal verify --method POST --json \'{"name": "ci"}\' --times \'{"at_least": 1}\'',
      'journal verify \'{"in_order": [{"operation": "create"}, {"operation": "list"}]}\'',
    ],
  })
  addFields(
    command,
    fields.filter(({ name }) => name !== 'json'),
  ).action(verify)
  addJsonField(command)
}

function addJsonField(command: Command): void {
  const option = command.options.find(({ long }) => long === '--json')
  if (option === undefined) return
  Object.assign(option, { flags: '--json [json]', optional: true })
  option.description = `${properties['json']?.description}; without a value: print JSON instead of text`
  option
    .helpGroup('Fields:')
    .preset('')
    .argParser<JsonFlag>((text, previous) => {
      const others = typeof previous === 'object' ? previous : {}
      return text === '' ? { ...others, print: true } : { ...others, field: { value: parseField(text, {}) } }
    })
}

async function verify(argument: string | undefined, { json, ...options }: VerifyOptions): Promise<void> {
  const { print = jsonOfEnvironment(), field } = typeof json === 'object' ? json : { print: json }
  const body = readBody(argument, fields, { ...options, json: field })
  const sent = requestSandbox<VerificationResult>(options, 'POST', '/journal/verify', body)
  const result = await namingArguments(sent, (pointer) => (argument === undefined ? flagOfPointer(pointer) : undefined))
  process.exitCode = result.verified ? 0 : 1
  const isJson = printsJson(print)
  if (isJson) printJson(result)
  if (isJson && (print === true || result.verified)) return
  // The emulator has accepted the body.
  const lines = await describe(options, body as Verification, result)
  if (isJson) printError(lines.join('\n'))
  else for (const line of lines) printLine(line)
}

/** The flag with a value hides the variable of the option from Commander. */
function jsonOfEnvironment(): boolean | undefined {
  const text = process.env[optionSpecs.json.env] ?? ''
  return text === '' ? undefined : optionSpecs.json.parse(text)
}

async function describe(
  options: ControlCommandOptions,
  verification: Verification,
  result: VerificationResult,
): Promise<string[]> {
  const { verified, count } = result
  if (verified) return [`verified: ${count} ${count === 1 ? 'request matches' : 'requests match'}`]
  const { data } = await requestSandbox<{ data: JournalEntry[] }>(options, 'GET', '/journal')
  const { describeVerification } = await import('../../journal/verification/describe.ts')
  return `not verified: ${describeVerification(verification, result, data)}`.split('\n')
}
