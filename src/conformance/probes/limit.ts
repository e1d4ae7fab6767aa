import { type Check, lists, listsAtMost, refuses, succeeds } from '../checks/response-checks.ts'
import { get } from '../client/client.ts'
import { type Alternative, asks, examine, type Probe } from '../probe.ts'

const notAnInteger = refuses({
  status: 400,
  param: 'limit',
  code: 'invalid_type',
  message: "Invalid type for 'limit': expected an integer, but got a string instead.",
})

const rejected = (check: Check): Alternative[] => [{ turn: { limit_out_of_range: 'reject' }, checks: [check] }]

const below = (limit: number) =>
  rejected(
    refuses({
      status: 400,
      param: 'limit',
      code: 'integer_below_min_value',
      message: `Invalid 'limit': integer below minimum value. Expected a value >= 1, but got ${limit} instead.`,
    }),
  )

const above = (limit: number) =>
  rejected(
    refuses({
      status: 400,
      param: 'limit',
      code: 'integer_above_max_value',
      message: `Invalid 'limit': integer above maximum value. Expected a value <= 100, but got ${limit} instead.`,
    }),
  )

const clamped = { evidence: 'sibling', keys: 2 } as const
const refused = { evidence: 'sibling', checks: [notAnInteger] } as const

export const limit: Probe[] = [
  { name: 'limit-one', evidence: 'spec', keys: 2, run: asks(get('?limit=1'), [succeeds, lists(1)]) },
  {
    name: 'limit-hundred',
    evidence: 'spec',
    run: async (stage) => examine((await stage.inventory()).answer, [succeeds, listsAtMost(100)]),
  },
  { name: 'limit-zero', ...clamped, run: asks(get('?limit=0'), [succeeds, lists(1)], below(0)) },
  { name: 'limit-negative', ...clamped, run: asks(get('?limit=-7'), [succeeds, lists(1)], below(-7)) },
  {
    name: 'limit-above',
    evidence: 'sibling',
    run: asks(get('?limit=101'), [succeeds, listsAtMost(100)], above(101)),
  },
  {
    name: 'limit-far-above',
    evidence: 'sibling',
    keys: 100,
    run: asks(get('?limit=500'), [succeeds, lists(100)], above(500)),
  },
  { name: 'limit-signed', evidence: 'assumed', keys: 2, run: asks(get('?limit=%2B1'), [succeeds, lists(1)]) },
  ...(
    [
      ['word', 'abc'],
      ['fraction', '1.5'],
      ['hexadecimal', '0x10'],
      ['exponent', '1e1'],
      ['blank', '+7'],
      ['empty', ''],
    ] as const
  ).map(
    ([what, text]): Probe => ({
      name: `limit-${what}`,
      evidence: refused.evidence,
      run: asks(get(`?limit=${text}`), refused.checks),
    }),
  ),
]
