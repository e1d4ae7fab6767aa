import { type BlockingFigures, importedKeys } from '../blocking.ts'
import { type GrowthFigures, requestKinds } from '../growth.ts'
import { divide } from '../statistics.ts'
import { type CheckedGoal, checkGoal } from './section.ts'
import { formatNumber } from './table.ts'

/** A server with many keys, the one with few in the same storage, and the time of a request relative to it. */
export interface Grown {
  each: GrowthFigures
  few: GrowthFigures
  times: Record<(typeof requestKinds)[number], number | undefined>
}

export const requestNames = { retrieve: 'retrieve', list: 'page of 20', create: 'create' }

const maximumTimes = { retrieve: 1.2, list: 1.2, create: { memory: 1.2, file: 1.4 } }

/** Checks what many keys cost. */
export function growthGoals({ each, few, times }: Grown): CheckedGoal[] {
  const { storage } = each
  const [many, compared] = [formatNumber(each.keys), `${formatNumber(each.keys)} to ${few.keys} keys,`]
  const maximum = (kind: (typeof requestKinds)[number]) =>
    kind === 'create' ? maximumTimes.create[storage] : maximumTimes[kind]
  const walk = divide(each.walkMicrosecondsPerKey, few.walkMicrosecondsPerKey)
  return [
    ...requestKinds.map((kind) =>
      checkGoal(
        `${requestNames[kind]} in ${storage}, time at ${compared}`,
        times[kind],
        '≤',
        maximum(kind),
        'a-million-keys',
      ),
    ),
    checkGoal(`walk in ${storage}, time per key at ${compared}`, walk, '≤', 1.2, 'a-million-keys'),
    checkGoal(`start with ${many} keys in ${storage}, s,`, each.seedSeconds, '≤', 5, 'large-seeds'),
    checkGoal(`memory after it, MB,`, each.megabytes, '≤', 600, 'large-seeds'),
  ]
}

/** Checks how long an import blocks other requests. */
export const blockingGoal = ({ longestMilliseconds }: BlockingFigures): CheckedGoal =>
  checkGoal(
    `longest request to /health during an import of ${formatNumber(importedKeys)} keys, ms,`,
    longestMilliseconds,
    '≤',
    100,
    'large-seeds',
  )
