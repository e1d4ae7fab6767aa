import { styleText } from 'node:util'
import { toTerminalText } from '../../common/safe-text.ts'
import { emulatorUrl } from '../../config/location.ts'
import type { Options } from '../../config/options.ts'
import { connectionLost, openStream } from '../../control-client/client.ts'
import { readEvents } from '../../control-client/event-stream.ts'
import type { JournalEntry } from '../../journal/schemas.ts'
import { sandboxUrl } from '../../sandbox/names.ts'
import { type ControlCommandOptions, withControlClient } from '../control.ts'
import { describeEntry } from '../journal-entry.ts'
import { printError, printJson, printsJson } from '../output.ts'
import { onStop } from '../signals.ts'

type FollowOptions = ControlCommandOptions & Options<'json'>

/**
 * Prints each request that matches `query` when it is complete. The process exits with 0 on a signal, and when the reader of the
 * output closes it. Resolves when the emulator ends the stream. Throws EmulatorError if the emulator refuses the request or cannot
 * be reached, or if the connection is lost.
 */
export async function follow(options: FollowOptions, query: string): Promise<void> {
  const exit = () => process.exit(0)
  onStop(() => process.stdout.write('', exit))
  process.stdout.on('error', exit)
  const { sandbox, controlToken, json, ...location } = options
  const root = sandboxUrl(emulatorUrl(location), sandbox)
  const chunks = await withControlClient(options, () =>
    openStream(root, `/_emulator/journal/stream${query}`, controlToken, new AbortController().signal),
  )
  for await (const { event, data } of readEvents(chunks)) {
    if (event === 'end') return printError(`sandbox '${sandbox}' was removed, or the emulator has stopped`)
    if (event !== 'entry' && event !== 'update') continue
    const entry: JournalEntry = JSON.parse(data)
    // A pending request is printed when it is complete.
    if (entry.delivered === null) continue
    if (printsJson(json)) printJson(entry)
    else process.stdout.write(`${formatEntry(entry)}\n`)
  }
  throw connectionLost(root, new Error('the stream ended without the event `end`'))
}

function formatEntry(entry: JournalEntry): string {
  const { time, method, target, status, duration, fault, reason } = describeEntry(entry)
  const before = [time, method, target].map(toTerminalText)
  const after = [duration, fault, reason].filter((word) => word !== null).map(toTerminalText)
  return [...before, styleText(colorOf(status), toTerminalText(status)), ...after].join(' ')
}

function colorOf(status: string): 'green' | 'yellow' | 'red' {
  if (/^[123]/.test(status)) return 'green'
  return status.startsWith('4') ? 'yellow' : 'red'
}
