import * as Type from 'typebox'
import { ApiError } from '../openai-api/errors/api-error.ts'
import { ErrorSchema } from '../openai-api/errors/schemas.ts'
import { type Mistake, SeedError, SeedTooLarge } from '../sandbox/seed/mistakes.ts'
import { toMistake } from '../sandbox/seed/source.ts'
import { DocumentError, DocumentErrors } from '../schema/document.ts'
import { component, Nullable, Ref } from '../schema/typebox.ts'
import { stateTooLarge } from './errors.ts'

const BodyMistake = component(
  'BodyMistake',
  {
    message: Type.String({ description: 'The place, the rule and the value.' }),
    param: Nullable(Type.String(), { description: 'A JSON Pointer; null for a mistake in the syntax.' }),
    line: Type.Optional(Type.Integer({ description: 'Its line in the body, if the body is YAML.' })),
  },
  { description: 'One mistake in the body of a request.' },
)

const InvalidBody = component(
  'InvalidBody',
  {
    ...ErrorSchema.properties,
    errors: Type.Optional(
      Type.Array(Ref(BodyMistake), {
        description:
          'The mistakes, at most 20: all mistakes of a seed, or the first mistake of any other body. `message` has one on each line; `param` is that of the first.',
      }),
    ),
  },
  { description: 'The error of a 400 response of a control with a body.' },
)

export const InvalidBodyResponse = component(
  'InvalidBodyResponse',
  { error: Ref(InvalidBody) },
  { description: 'The envelope of an error that lists the mistakes of a body.' },
)

export const invalidBodyComponents = [BodyMistake, InvalidBody, InvalidBodyResponse]

/** Returns the error response for mistakes in a body; returns any other error unchanged. */
export function fromDocumentError(thrown: unknown): unknown {
  if (thrown instanceof DocumentError) return invalidDocument([toMistake(undefined, thrown)])
  if (thrown instanceof DocumentErrors)
    return invalidDocument(thrown.errors.map((error) => toMistake(undefined, error)))
  if (thrown instanceof SeedTooLarge) return stateTooLarge(thrown.section, thrown.problem)
  return thrown instanceof SeedError ? invalidDocument(thrown.mistakes, thrown.rest) : thrown
}

function invalidDocument(mistakes: readonly Mistake[], rest?: string): ApiError {
  const messages = mistakes.map(({ message }) => message)
  const lines = rest === undefined ? messages : [...messages, rest]
  const errors = mistakes.map(({ message, pointer, line }) => ({
    message,
    param: pointer ?? null,
    ...(line === undefined ? {} : { line }),
  }))
  const param = mistakes[0]?.pointer ?? null
  const body = { message: lines.join('\n'), type: 'emulator_error', param, code: 'invalid_body', errors }
  return new ApiError(400, body, `invalid_body; ${lines.join('; ')}`)
}
