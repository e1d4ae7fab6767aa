import type { Alternative } from '../probe.ts'
import { type Check, isEmpty, succeeds } from './response-checks.ts'

// What servers answer that the emulator imitates with a behaviour other than its default.

/** Any token is taken; what the operation then answers. */
export const anyToken = (...checks: Check[]): Alternative => ({
  turn: { auth: 'any' },
  checks: checks.length === 0 ? [succeeds] : checks,
})

/** A URL or a method that is not known is 404 without a word. */
export const emptyForUnknown: Alternative = { turn: { unknown_route: 'empty' }, checks: [isEmpty(404)] }
