import type { FastifyInstance } from 'fastify'
import * as Type from 'typebox'
import { isInRange, latestSecond, parseDuration, parseTime } from '../../common/time.ts'
import { clockSettingAt, isFrozen } from '../../sandbox/clock.ts'
import type { Sandbox } from '../../sandbox/sandbox.ts'
import { Timestamp } from '../../schema/timestamp.ts'
import type { ParsedBody } from '../body.ts'
import type { ControlDeps } from '../deps.ts'
import { type ControlResponses, defineControl } from '../operation.ts'

/** How to change a clock. `now` and `advance` exclude each other. */
export const ClockChange = Type.Object(
  {
    now: Type.Optional(Timestamp(latestSecond.setting)),
    advance: Type.Optional(
      // A bare number could be seconds or milliseconds.
      Type.String({
        pattern: '^[+-]?[0-9]{1,10}(\\.[0-9]+)?(ms|[smhd])$',
        description: 'text with a unit, such as "30d", "-1h" or "250ms"',
      }),
    ),
    frozen: Type.Optional(Type.Boolean({ description: 'true or false' })),
  },
  {
    additionalProperties: false,
    // The type, because `required` is true of anything that is no object.
    not: { type: 'object', required: ['now', 'advance'] },
    description: 'an object: {now, advance, frozen}',
  },
)
export type ClockChange = Type.Static<typeof ClockChange>

export const ClockState = Type.Object({
  now: Type.String({ description: 'ISO 8601, with milliseconds.' }),
  unix: Type.Integer({ description: 'Whole Unix seconds, as in API responses.' }),
  frozen: Type.Boolean({ description: 'Whether the clock is frozen.' }),
})
export type ClockState = Type.Static<typeof ClockState>

const responses: ControlResponses = { 200: [ClockState, 'The clock of the sandbox.'] }

/** Registers the controls of a sandbox's clock, from which every timestamp, expiry and rate-limit window comes. */
export function registerClock(app: FastifyInstance, { sandboxFor, log }: ControlDeps): void {
  const getClock = defineControl('emulator-clock-get', {
    summary: 'Get the clock',
    description: 'Returns the current time of the sandbox.',
    responses,
  })
  app.get('/_emulator/clock', { schema: getClock }, (request) => toClockState(sandboxFor(request)))

  const setClock = defineControl('emulator-clock-set', {
    summary: 'Set, advance, freeze or unfreeze the clock',
    description: 'Sets the clock to `now` or moves it by `advance`, also backwards; `frozen` freezes or unfreezes it.',
    body: ClockChange,
    examples: [{ advance: '30d' }, { now: '2026-01-01T00:00:00Z', frozen: true }],
    responses,
  })
  app.put<{ Body: ParsedBody<ClockChange> }>('/_emulator/clock', { schema: setClock }, (request) => {
    const sandbox = sandboxFor(request)
    const { frozen = isFrozen(sandbox.settings.clock) } = request.body.content
    sandbox.setClock(clockSettingAt(targetTime(sandbox.state.clock.now(), request.body), frozen))
    const state = toClockState(sandbox)
    log.info({ sandbox: sandbox.name, now: state.now, frozen }, 'clock set')
    return state
  })

  const resetClock = defineControl('emulator-clock-reset', {
    summary: 'Return to the system clock',
    description: 'The sandbox follows the system clock again.',
    responses,
  })
  app.delete('/_emulator/clock', { schema: resetClock }, (request) => {
    const sandbox = sandboxFor(request)
    sandbox.setClock({ offset_ms: 0 })
    log.info({ sandbox: sandbox.name }, 'clock reset')
    return toClockState(sandbox)
  })
}

/** Returns the requested time in Unix milliseconds. */
function targetTime(currentTime: number, { content: { now, advance }, errorAt }: ParsedBody<ClockChange>): number {
  if (now !== undefined) {
    const time = parseTime(now, currentTime, latestSecond.setting)
    if (time === undefined) throw errorAt(['now'], 'a valid time from 1970 to 9997')
    return time
  }
  if (advance === undefined) return currentTime
  const time = currentTime + parseDuration(advance)
  if (!isInRange(time, latestSecond.setting)) {
    throw errorAt(['advance'], 'a duration that keeps the clock between 1970 and 9997')
  }
  return time
}

function toClockState({ state: { clock }, settings }: Sandbox): ClockState {
  const now = clock.now()
  return { now: new Date(now).toISOString(), unix: Math.floor(now / 1000), frozen: isFrozen(settings.clock) }
}
