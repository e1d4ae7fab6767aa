import type { Alternative } from './evaluate.ts'
import { type Check, hasEmptyBody, succeeds } from './response-checks.ts'

/** The server accepts any token. `checks` are for the response of the operation, which succeeds by default. */
export const anyToken = (...checks: Check[]): Alternative => ({
  override: { auth: 'any' },
  checks: checks.length === 0 ? [succeeds] : checks,
})

/** The server responds to an unknown URL or method with 404 and an empty body. */
export const emptyForUnknownRoute: Alternative = { override: { unknown_route: 'empty' }, checks: [hasEmptyBody(404)] }
