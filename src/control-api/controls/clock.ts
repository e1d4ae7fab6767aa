import type { FastifyInstance } from 'fastify'
import * as Type from 'typebox'
import { isBetween, latest, Moment, readAmount, readTime } from '../../common/time.ts'
import { clockAt, isFrozen } from '../../sandbox/clock.ts'
import type { Sandbox } from '../../sandbox/sandbox.ts'
import type { Sent } from '../body.ts'
import { control } from '../operation.ts'
import type { ControlOptions } from '../plugin.ts'

const ClockBody = Type.Object(
  {
    now: Type.Optional(Moment(latest.setting)),
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
const answers: Record<number, [Type.TSchema, string]> = { 200: [Clock, 'The clock of the sandbox.'] }

/** The clock of a sandbox: every timestamp, expiry and rate-limit window comes from it. */
export function registerClock(app: FastifyInstance, { addressed }: ControlOptions): void {
  const getClock = control('emulator-clock-get', {
    summary: 'Read the clock',
    description: 'The present of the sandbox.',
    answers,
  })
  app.get('/_emulator/clock', { schema: getClock }, (request) => show(addressed(request)))

  const setClock = control('emulator-clock-set', {
    summary: 'Set, move, stop or start the clock',
    description: 'Sets it to `now` or moves it by `advance`, backwards too; with `frozen` it stands, or goes on.',
    body: ClockBody,
    examples: [{ advance: '30d' }, { now: '2026-01-01T00:00:00Z', frozen: true }],
    answers,
  })
  app.put<{ Body: Sent<ClockBody> }>('/_emulator/clock', { schema: setClock }, (request) => {
    const sandbox = addressed(request)
    const { frozen = isFrozen(sandbox.settings.clock) } = request.body.content
    sandbox.setClock(clockAt(target(sandbox.state.clock.now(), request.body), frozen))
    return show(sandbox)
  })

  const resetClock = control('emulator-clock-reset', {
    summary: "Return to the system's clock",
    description: 'From now on the time of the sandbox is the real one.',
    answers,
  })
  app.delete('/_emulator/clock', { schema: resetClock }, (request) => {
    const sandbox = addressed(request)
    sandbox.setClock({ offset_ms: 0 })
    return show(sandbox)
  })
}

/** The time that is asked for, in Unix milliseconds. */
function target(present: number, { content: { now, advance }, mistake }: Sent<ClockBody>): number {
  if (now !== undefined) {
    const time = readTime(now, present, latest.setting)
    if (time === undefined) throw mistake(['now'], 'a time that exists, from 1970 to 9997')
    return time
  }
  if (advance === undefined) return present
  const time = present + readAmount(advance)
  if (!isBetween(time, latest.setting)) throw mistake(['advance'], 'such that the clock stays in 1970 to 9997')
  return time
}

function show({ state: { clock }, settings }: Sandbox) {
  const now = clock.now()
  return { now: new Date(now).toISOString(), unix: Math.floor(now / 1000), frozen: isFrozen(settings.clock) }
}
