import type { FastifyInstance } from 'fastify'
import * as Type from 'typebox'
import { isInRange, latestSecond, parseDuration, parseTime, Timestamp } from '../../common/time.ts'
import { clockAt, isFrozen } from '../../sandbox/clock.ts'
import type { Sandbox } from '../../sandbox/sandbox.ts'
import type { ParsedBody } from '../body.ts'
import { defineControl } from '../operation.ts'
import type { ControlDeps } from '../plugin.ts'

const ClockBody = Type.Object(
  {
    now: Type.Optional(Timestamp(latestSecond.setting)),
    advance: Type.Optional(
      Type.Union([Type.Number(), Type.String({ pattern: '^[+-]?[0-9]{1,10}(\\.[0-9]+)?(ms|[smhd])$' })], {
        description: 'seconds, or a text such as "30d", "-1h", "250ms"',
      }),
    ),
    frozen: Type.Optional(Type.Boolean({ description: 'true or false' })),
  },
  {
    additionalProperties: false,
    not: { required: ['now', 'advance'] },
    description: 'an object: {now, advance, frozen}',
  },
)
type ClockBody = Type.Static<typeof ClockBody>

const Clock = Type.Object({
  now: Type.String({ description: 'ISO 8601, with milliseconds.' }),
  unix: Type.Integer({ description: 'Whole Unix seconds, as on the wire.' }),
  frozen: Type.Boolean({ description: 'Whether it stands.' }),
})
const responses: Record<number, [Type.TSchema, string]> = { 200: [Clock, 'The clock of the sandbox.'] }

/** The clock of a sandbox: every timestamp, expiry and rate-limit window comes from it. */
export function registerClock(app: FastifyInstance, { sandboxFor }: ControlDeps): void {
  const getClock = defineControl('emulator-clock-get', {
    summary: 'Read the clock',
    description: 'The present of the sandbox.',
    responses,
  })
  app.get('/_emulator/clock', { schema: getClock }, (request) => toClockState(sandboxFor(request)))

  const setClock = defineControl('emulator-clock-set', {
    summary: 'Set, move, stop or start the clock',
    description: 'Sets it to `now` or moves it by `advance`, backwards too; with `frozen` it stands, or goes on.',
    body: ClockBody,
    examples: [{ advance: '30d' }, { now: '2026-01-01T00:00:00Z', frozen: true }],
    responses,
  })
  app.put<{ Body: ParsedBody<ClockBody> }>('/_emulator/clock', { schema: setClock }, (request) => {
    const sandbox = sandboxFor(request)
    const { frozen = isFrozen(sandbox.settings.clock) } = request.body.content
    sandbox.setClock(clockAt(targetTime(sandbox.state.clock.now(), request.body), frozen))
    return toClockState(sandbox)
  })

  const resetClock = defineControl('emulator-clock-reset', {
    summary: "Return to the system's clock",
    description: 'From now on the time of the sandbox is the real one.',
    responses,
  })
  app.delete('/_emulator/clock', { schema: resetClock }, (request) => {
    const sandbox = sandboxFor(request)
    sandbox.setClock({ offset_ms: 0 })
    return toClockState(sandbox)
  })
}

/** The time that is asked for, in Unix milliseconds. */
function targetTime(currentTime: number, { content: { now, advance }, errorAt }: ParsedBody<ClockBody>): number {
  if (now !== undefined) {
    const time = parseTime(now, currentTime, latestSecond.setting)
    if (time === undefined) throw errorAt(['now'], 'a time that exists, from 1970 to 9997')
    return time
  }
  if (advance === undefined) return currentTime
  const time = currentTime + parseDuration(advance)
  if (!isInRange(time, latestSecond.setting)) throw errorAt(['advance'], 'such that the clock stays in 1970 to 9997')
  return time
}

function toClockState({ state: { clock }, settings }: Sandbox) {
  const now = clock.now()
  return { now: new Date(now).toISOString(), unix: Math.floor(now / 1000), frozen: isFrozen(settings.clock) }
}
