import { type Alternative, evaluate } from '../checks/evaluate.ts'
import { hasAtMostKeys, hasKeyCount } from '../checks/list-checks.ts'
import { type Check, isError, succeeds } from '../checks/response-checks.ts'
import { listRequest } from '../client/requests.ts'
import { type Probe, readProbe, sendAndCheck } from '../probe.ts'

export const isNotAnInteger = isError({
  status: 400,
  param: 'limit',
  code: 'invalid_type',
  message: "Invalid type for 'limit': expected an integer, but got a string instead.",
})

const rejectsOutOfRange = (check: Check): Alternative[] => [
  { override: { limit_out_of_range: 'reject' }, checks: [check] },
]

export const rejectsTooSmall = (limit: number) =>
  rejectsOutOfRange(
    isError({
      status: 400,
      param: 'limit',
      code: 'integer_below_min_value',
      message: `Invalid 'limit': integer below minimum value. Expected a value >= 1, but got ${limit} instead.`,
    }),
  )

export const rejectsTooLarge = (limit: number) =>
  rejectsOutOfRange(
    isError({
      status: 400,
      param: 'limit',
      code: 'integer_above_max_value',
      message: `Invalid 'limit': integer above maximum value. Expected a value <= 100, but got ${limit} instead.`,
    }),
  )

const clampedToOne = (name: string, limit: number): Probe => ({
  name,
  evidence: 'sibling',
  minKeys: 2,
  run: sendAndCheck(listRequest(`?limit=${limit}`), [succeeds, hasKeyCount(1)], rejectsTooSmall(limit)),
})

const notAnInteger = (name: string, limit: string): Probe =>
  readProbe(name, 'sibling', sendAndCheck(listRequest(`?limit=${limit}`), [isNotAnInteger]))

export const limitProbes: Probe[] = [
  {
    name: 'limit-one',
    evidence: 'spec',
    minKeys: 2,
    run: sendAndCheck(listRequest('?limit=1'), [succeeds, hasKeyCount(1)]),
  },
  readProbe('limit-hundred', 'spec', async (context) =>
    evaluate((await context.existingKeys()).response, [succeeds, hasAtMostKeys(100)]),
  ),
  clampedToOne('limit-zero', 0),
  clampedToOne('limit-negative', -7),
  readProbe(
    'limit-above',
    'sibling',
    sendAndCheck(listRequest('?limit=101'), [succeeds, hasAtMostKeys(100)], rejectsTooLarge(101)),
  ),
  {
    name: 'limit-far-above',
    evidence: 'sibling',
    minKeys: 100,
    run: sendAndCheck(listRequest('?limit=500'), [succeeds, hasKeyCount(100)], rejectsTooLarge(500)),
  },
  {
    name: 'limit-signed',
    evidence: 'assumed',
    minKeys: 2,
    run: sendAndCheck(listRequest('?limit=%2B1'), [succeeds, hasKeyCount(1)]),
  },
  notAnInteger('limit-word', 'abc'),
  notAnInteger('limit-fraction', '1.5'),
  notAnInteger('limit-hexadecimal', '0x10'),
  notAnInteger('limit-exponent', '1e1'),
  notAnInteger('limit-leading-space', '+7'),
  notAnInteger('limit-empty', ''),
]
