import fc from 'fast-check'
import { invalidBodies } from './expected-errors.ts'
import type { Fault } from './fault-model.ts'
import { expiresInSeconds, limit, name, nth } from './generators.ts'
import { type ResourceStep, resourceSteps } from './resource-steps.ts'
import { type ResetPart, resetParts } from './sandbox-model.ts'

/**
 * A key that is resolved when the step runs, by its position. `here`: in the sandbox, without its admin key, newest
 * first. `live`: among the keys that authenticate, oldest first. `anywhere`: among all keys ever created, newest first.
 * `secretOf`: a key of the sandbox whose value is used in place of its id. `projectKey`: among the project keys of the sandbox,
 * newest first. A string is a literal id or token.
 */
export type Reference =
  | { here: number }
  | { live: number }
  | { anywhere: number }
  | { secretOf: number }
  | { projectKey: number }
  | string

export type ApiStep = {
  /** The index of the sandbox. */
  at: number
  /** The token, or the key whose value is the token; null for no Authorization header. */
  as: Reference | null
  /** A key whose value is sent in an unrelated header. */
  leakedSecret?: Reference
  hasV1: boolean
} & (
  | { do: 'create'; body: CreateBody }
  | { do: 'list'; page: { after?: Reference; order?: 'asc' | 'desc'; limit?: number | 'many' } }
  | { do: 'retrieve' | 'delete'; key: Reference }
)

/** `invalid` is an index of `invalidBodies`. */
export type CreateBody = { name: string; expires_in_seconds?: number } | { invalid: number }

export type ControlStep = { at: number } & (
  | { do: 'advance'; seconds: number }
  | { do: 'expire'; key: { here: number }; seconds: number }
  | { do: 'reset'; only: ResetPart[] }
  | { do: 'copy'; from: number; removeFirst: boolean }
  | { do: 'import state'; from: number }
  | { do: 'addFault fault'; fault: Fault }
  | { do: 'remove' }
  | { do: 'snapshot' }
  | { do: 'restore' }
  | { do: 'read faults' }
  | { do: 'read journal' }
)

/** A request to an unknown or malformed URL, or with a method that the URL does not allow. */
export interface UnknownUrlStep {
  do: 'unknown url'
  at: number
  variant: number
}

/** An API or control request. Steps are plain data, so a sequence stays valid when shrinking removes some. */
export type Step = ApiStep | ResourceStep | ControlStep | UnknownUrlStep

const here = fc.record({ here: nth })
const anywhere = fc.record({ anywhere: nth })
const secretOf = fc.record({ secretOf: nth })

const reference: fc.Arbitrary<Reference> = fc.oneof(
  { weight: 12, arbitrary: here },
  { weight: 3, arbitrary: anywhere },
  { weight: 1, arbitrary: secretOf },
  { weight: 1, arbitrary: fc.constantFrom('key_admin', 'key_unknown', 'key ü/?%', '0', 'constructor') },
)

const unknownTokens = ['x', 'wrong', 'sk-admin-nobody-has-this-one', 'sk-proj-of-a-project', 'a b', 'undefined']

const caller: fc.Arbitrary<Reference | null> = fc.oneof(
  { weight: 15, arbitrary: fc.record({ live: nth }) },
  { weight: 2, arbitrary: here },
  { weight: 1, arbitrary: anywhere },
  { weight: 1, arbitrary: fc.record({ projectKey: nth }) },
  { weight: 1, arbitrary: fc.constantFrom(...unknownTokens, null) },
)

const body: fc.Arbitrary<CreateBody> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ name, expires_in_seconds: expiresInSeconds }, { requiredKeys: ['name'] }) },
  { weight: 1, arbitrary: fc.record({ invalid: fc.nat({ max: invalidBodies.length - 1 }) }) },
)

const page = fc.record({ after: reference, order: fc.constantFrom('asc', 'desc'), limit }, { requiredKeys: [] })

/** The API operations, equally likely. */
function apiSteps(at: fc.Arbitrary<number>): fc.Arbitrary<ApiStep>[] {
  const leakedSecret = fc.oneof({ weight: 14, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: secretOf })
  const common = { at, as: caller, leakedSecret, hasV1: fc.boolean() }
  return [
    fc.record({ do: fc.constant('create'), body, ...common }),
    fc.record({ do: fc.constant('list'), page, ...common }),
    fc.record({ do: fc.constantFrom('retrieve', 'delete'), key: reference, ...common }),
  ] as fc.Arbitrary<ApiStep>[]
}

export const fault: fc.Arbitrary<Fault> = fc
  .record({
    operation: fc.constantFrom(
      '*' as const,
      ...(['create', 'list', 'retrieve', 'delete'] as const),
      ...(['create-project', 'create-project-service-account', 'list-audit-logs'] as const),
    ),
    when: fc.constantFrom('before', 'after_commit'),
    kind: fc.constantFrom('error', 'connection_reset', 'empty_response', 'truncated_body'),
    times: fc.integer({ min: 1, max: 3 }),
    skip: fc.nat({ max: 2 }),
  })
  .map((each) => (each.kind === 'truncated_body' ? { ...each, when: 'after_commit' } : each))

const seconds = fc.oneof(fc.integer({ min: -100, max: 100 }), fc.integer({ min: -1_000_000, max: 1_000_000 }))

function controlSteps(at: fc.Arbitrary<number>): fc.WeightedArbitrary<ControlStep | UnknownUrlStep>[] {
  const offset = fc.integer({ min: -1, max: 1 })
  const partialReset = fc.subarray([...resetParts], { minLength: 1 })
  const simpleSteps = ['remove', 'snapshot', 'restore', 'read journal', 'read faults'] as const
  return [
    { weight: 4, arbitrary: fc.record({ do: fc.constant('advance'), at, seconds }) },
    { weight: 3, arbitrary: fc.record({ do: fc.constant('expire'), at, key: here, seconds: offset }) },
    {
      weight: 2,
      arbitrary: fc.record({ do: fc.constant('reset'), at, only: fc.constant<ResetPart[]>([...resetParts]) }),
    },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('reset'), at, only: partialReset }) },
    { weight: 3, arbitrary: fc.record({ do: fc.constant('copy'), at, from: at, removeFirst: fc.boolean() }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('import state'), at, from: at }) },
    { weight: 4, arbitrary: fc.record({ do: fc.constant('addFault fault'), at, fault }) },
    { weight: 5, arbitrary: fc.record({ do: fc.constantFrom(...simpleSteps), at }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('unknown url'), at, variant: fc.nat({ max: 3 }) }) },
  ]
}

/** Generates steps for that many sandboxes, with one control step per `apiStepsPerControlStep` API steps on average. */
export function steps(sandboxCount: number, apiStepsPerControlStep: number): fc.Arbitrary<Step> {
  const at = fc.nat({ max: sandboxCount - 1 })
  const controlStep = fc.oneof(...controlSteps(at))
  const apiStep = {
    weight: apiStepsPerControlStep,
    arbitrary: fc.oneof(
      fc.oneof(...apiSteps(at)),
      fc.oneof(...resourceSteps(at, caller)),
      fc.oneof(...resourceSteps(at, caller)),
    ),
  }
  return fc.oneof<fc.WeightedArbitrary<Step>[]>(apiStep, { weight: 1, arbitrary: controlStep })
}
