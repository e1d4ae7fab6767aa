import fc from 'fast-check'
import { wrongBodies } from './expected-errors.ts'
import type { Fault } from './fault-model.ts'
import { type Part, parts } from './sandbox-model.ts'

/**
 * A key of the sandbox but its admin key, the newest being 0; of those that authenticate, the oldest being 0; of all there
 * ever were, the newest being 0; one whose value stands for an id. Or an id, or token, as it is.
 */
export type Reference = { here: number } | { live: number } | { anywhere: number } | { secretOf: number } | string

export type ApiStep = {
  at: number
  /** The token, or the key whose value it is; null for no header at all. */
  as: Reference | null
  /** A key whose value stands in a header that has nothing to do with it. */
  gossip?: Reference
  hasV1: boolean
} & (
  | { do: 'create'; body: CreateBody }
  | { do: 'list'; page: { after?: Reference; order?: 'asc' | 'desc'; limit?: number | 'many' } }
  | { do: 'retrieve' | 'delete'; key: Reference }
)

/** `wrong` is the mistake that it is. */
export type CreateBody = { name: string; expires_in_seconds?: number } | { wrong: number }

export type ControlStep = { at: number } & (
  | { do: 'advance'; seconds: number }
  | { do: 'expire'; key: { here: number }; seconds: number }
  | { do: 'reset'; what: Part[] }
  | { do: 'fork'; from: number; isFresh: boolean }
  | { do: 'carry'; from: number }
  | { do: 'arm'; fault: Fault }
  | { do: 'remove' }
  | { do: 'snapshot' }
  | { do: 'restore' }
  | { do: 'read faults' }
  | { do: 'read journal' }
)

/** A request to a URL that is none, or with a method that it does not have. */
export interface StrayStep {
  do: 'stray'
  at: number
  which: number
}

/** Something that a client or a tester does: plain data, so that what is left out of a sequence leaves a sequence. */
export type Step = ApiStep | ControlStep | StrayStep

const nth = fc.oneof(fc.nat({ max: 3 }), fc.nat({ max: 60 }))
const here = fc.record({ here: nth })
const anywhere = fc.record({ anywhere: nth })
const secretOf = fc.record({ secretOf: nth })

const reference: fc.Arbitrary<Reference> = fc.oneof(
  { weight: 12, arbitrary: here },
  { weight: 3, arbitrary: anywhere },
  { weight: 1, arbitrary: secretOf },
  { weight: 1, arbitrary: fc.constantFrom('key_admin', 'key_unknown', 'key ü/?%', '0', 'constructor') },
)

const strangers = ['x', 'wrong', 'sk-admin-nobody-has-this-one', 'sk-proj-of-a-project', 'a b', 'undefined']

const caller: fc.Arbitrary<Reference | null> = fc.oneof(
  { weight: 15, arbitrary: fc.record({ live: nth }) },
  { weight: 2, arbitrary: here },
  { weight: 1, arbitrary: anywhere },
  { weight: 1, arbitrary: fc.constantFrom(...strangers, null) },
)

const name = fc.oneof(fc.constantFrom('a', 'b', '', 'ü 😀 "\\'), fc.string({ unit: 'grapheme', maxLength: 8 }))
const lifetime = fc.oneof(fc.integer({ min: 1, max: 100 }), fc.constant(31_536_000))
const limit = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 1, max: 6 }) },
  { weight: 2, arbitrary: fc.constantFrom(-1, 0, 20, 100, 101, 1000) },
  { weight: 1, arbitrary: fc.constant('many' as const) },
)

const body: fc.Arbitrary<CreateBody> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ name, expires_in_seconds: lifetime }, { requiredKeys: ['name'] }) },
  { weight: 1, arbitrary: fc.record({ wrong: fc.nat({ max: wrongBodies.length - 1 }) }) },
)

const page = fc.record({ after: reference, order: fc.constantFrom('asc', 'desc'), limit }, { requiredKeys: [] })

/** The operations on the keys of a sandbox, one as likely as the next. */
function api(at: fc.Arbitrary<number>): fc.Arbitrary<ApiStep>[] {
  const gossip = fc.oneof({ weight: 14, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: secretOf })
  const common = { at, as: caller, gossip, hasV1: fc.boolean() }
  return [
    fc.record({ do: fc.constant('create'), body, ...common }),
    fc.record({ do: fc.constant('list'), page, ...common }),
    fc.record({ do: fc.constantFrom('retrieve', 'delete'), key: reference, ...common }),
  ] as fc.Arbitrary<ApiStep>[]
}

export const fault: fc.Arbitrary<Fault> = fc
  .record({
    operation: fc.constantFrom('*', 'create', 'list', 'retrieve', 'delete'),
    when: fc.constantFrom('before', 'after_commit'),
    kind: fc.constantFrom('error', 'connection_reset', 'empty_response', 'truncated_body'),
    times: fc.integer({ min: 1, max: 3 }),
    skip: fc.nat({ max: 2 }),
  })
  .map((each) => (each.kind === 'truncated_body' ? { ...each, when: 'after_commit' } : each))

const seconds = fc.oneof(fc.integer({ min: -100, max: 100 }), fc.integer({ min: -1_000_000, max: 1_000_000 }))

/** What a tester does to a sandbox of so many, and how often beside the rest. */
function controls(at: fc.Arbitrary<number>): fc.WeightedArbitrary<ControlStep | StrayStep>[] {
  const by = fc.integer({ min: -1, max: 1 })
  const some = fc.subarray([...parts], { minLength: 1 })
  const others = ['remove', 'snapshot', 'restore', 'read journal', 'read faults'] as const
  return [
    { weight: 4, arbitrary: fc.record({ do: fc.constant('advance'), at, seconds }) },
    { weight: 3, arbitrary: fc.record({ do: fc.constant('expire'), at, key: here, seconds: by }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('reset'), at, what: fc.constant<Part[]>([...parts]) }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('reset'), at, what: some }) },
    { weight: 3, arbitrary: fc.record({ do: fc.constant('fork'), at, from: at, isFresh: fc.boolean() }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('carry'), at, from: at }) },
    { weight: 4, arbitrary: fc.record({ do: fc.constant('arm'), at, fault }) },
    { weight: 5, arbitrary: fc.record({ do: fc.constantFrom(...others), at }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('stray'), at, which: fc.nat({ max: 3 }) }) },
  ]
}

/** Steps at so many sandboxes; of so many that ask the API a tester interferes in about one. */
export function steps(sandboxes: number, calm: number): fc.Arbitrary<Step> {
  const at = fc.nat({ max: sandboxes - 1 })
  const interference = fc.oneof(...controls(at))
  const asked = { weight: calm, arbitrary: fc.oneof(...api(at)) }
  return fc.oneof<fc.WeightedArbitrary<Step>[]>(asked, { weight: 1, arbitrary: interference })
}
