import * as Type from 'typebox'
import { Choice } from '../schema/typebox.ts'

/** The first value is the default. */
const choice = <const Values extends readonly string[]>(values: Values, description: string) =>
  Type.Optional(Choice(values, { default: values[0], description }))

/** Where the service's true answer is not known: one switch each (docs/fidelity.md). */
export const BehaviorSchema = Type.Object(
  {
    auth: choice(
      ['strict', 'any'],
      '`any` takes every non-empty bearer token; a key that is known still acts as itself.',
    ),
    state: choice(
      ['kept', 'discarded'],
      '`discarded`: a request runs on the state last loaded and leaves nothing behind.',
    ),
    scope_error: choice(['object', 'string'], 'Whether the `error` of a 403 is an object or a bare string.'),
    deleted_cursor: choice(['resume', 'reject'], 'Whether `after` may name a key that has been deleted since.'),
    limit_out_of_range: choice(['clamp', 'reject'], 'Whether a `limit` outside of 1..100 is clamped or refused.'),
    unknown_route: choice(
      ['json', 'empty'],
      'Whether an unknown URL is answered with an error object or an empty body.',
    ),
  },
  { additionalProperties: false, title: 'the behavior', description: 'an object: the switches by name' },
)

export type Behavior = Readonly<Required<Type.Static<typeof BehaviorSchema>>>

export const defaultBehavior: Behavior = {
  auth: 'strict',
  state: 'kept',
  scope_error: 'object',
  deleted_cursor: 'resume',
  limit_out_of_range: 'clamp',
  unknown_route: 'json',
}
