import type { Command } from 'commander'
import type { Options } from '../../config/options.ts'
import type { ClockChange, ClockState } from '../../control-api/controls/clock.ts'
import { type AddCommand, sandboxOptions } from '../command.ts'
import { type ControlCommandOptions, namingArguments, requestSandbox } from '../control.ts'
import { printJson, printLine, printsJson } from '../output.ts'

type ClockOptions = ControlCommandOptions & Options<'json'>

export function addClockCommands(add: AddCommand): void {
  const addClock = (usage: string, description: string, ...examples: string[]): Command =>
    add(usage, { description, options: [...sandboxOptions, 'json'], examples })

  addClock('get', 'Print the time of a sandbox', 'clock get').action((options) => request(options, 'GET'))
  addClock('set <time>', 'Set the time, in ISO 8601 or Unix seconds', 'clock set 2026-01-01T00:00:00Z').action(
    (time: string, options) => change(options, { now: toTime(time) }),
  )
  addClock(
    'advance <duration>',
    'Move the clock by a duration with a unit: ms, s, m, h or d',
    'clock advance 30d',
    'clock advance -1h',
  ).action((advance: string, options) => change(options, { advance }))
  addClock(
    'freeze [time]',
    'Freeze the clock, now or at a given time',
    'clock freeze',
    'clock freeze 2026-01-01T00:00:00Z',
  ).action((time: string | undefined, options) =>
    change(options, { frozen: true, ...(time === undefined ? {} : { now: toTime(time) }) }),
  )
  addClock('unfreeze', 'Unfreeze the clock, which continues from its time', 'clock unfreeze').action((options) =>
    change(options, { frozen: false }),
  )
  addClock('reset', 'Return to the system clock', 'clock reset').action((options) => request(options, 'DELETE'))
}

const change = (options: ClockOptions, body: ClockChange) => request(options, 'PUT', body)

async function request(options: ClockOptions, method: string, body?: ClockChange): Promise<void> {
  const sent = requestSandbox<ClockState>(options, method, '/clock', body)
  const clock = await namingArguments(sent, (pointer) => argumentNames[pointer])
  if (printsJson(options.json)) printJson(clock)
  else printLine(`${clock.now} ${clock.frozen ? 'frozen' : 'running'}`)
}

const argumentNames: Record<string, string> = { '/now': 'time', '/advance': 'duration' }

const toTime = (text: string): number | string => (/^\d+$/.test(text) ? Number(text) : text)
