import { parseTime } from '../../common/time.ts'
import { didYouMean, type Path } from '../../schema/schema-errors.ts'
import type { SeedSource } from './source.ts'

/** Fields that are absent or match the schema. */
interface TimeFields {
  created_at?: number | string | undefined
  expires_at?: number | string | null | undefined
  last_used_at?: number | string | null | undefined
  archived_at?: number | string | null | undefined
}

const names = ['created_at', 'expires_at', 'last_used_at', 'archived_at'] as const

// A project with the time of its archiving is archived already.
const pastNames = ['created_at', 'archived_at'] as const

/** Reports times that are out of range or contradict each other. Relative times count from `now`, in Unix milliseconds. */
export function checkTimes(source: SeedSource, path: Path, fields: TimeFields | undefined, now: number): void {
  if (fields === undefined) return
  for (const name of names) {
    const time = fields[name]
    if (time === undefined || time === null || parseTime(time, now) !== undefined) continue
    source.report([...path, name], 'a valid time from 1970 to 9999')
  }
  for (const name of pastNames) {
    const time = fields[name]
    if (typeof time !== 'string' || !isInFuture(time)) continue
    const problem = `must not be in the future, got ${JSON.stringify(time)}; ${didYouMean(time.replace('+', '-'))}`
    source.report([...path, name], { problem })
  }
  const { created_at, expires_at } = fields
  if (isBefore(expires_at, created_at, now)) {
    const [expiry, creation] = [expires_at, created_at].map((time) => JSON.stringify(time))
    source.report([...path, 'expires_at'], { problem: `must not be before created_at (${creation}), got ${expiry}` })
  }
}

// An absolute time may be in the future: the clock of an exported sandbox may have been set back.
const isInFuture = (time: string) => /^\+0*[1-9]/.test(time)

function isBefore(one: TimeFields['expires_at'], other: TimeFields['created_at'], now: number): boolean {
  if (one === undefined || one === null || other === undefined) return false
  const [first, second] = [parseTime(one, now), parseTime(other, now)]
  return first !== undefined && second !== undefined && Math.floor(first / 1000) < Math.floor(second / 1000)
}
