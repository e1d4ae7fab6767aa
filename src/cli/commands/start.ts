import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Options, startOptions } from '../../config/options.ts'
import { type RunningServer, serve } from '../../server/serve.ts'
import { onSecondStop, onStop } from '../signals.ts'
import { createStartupMessage } from '../startup-message.ts'
import { unblock } from '../terminal.ts'

// How long to wait for the rest of the output to be read.
const outputDrainMs = 500

type StartOptions = Options<(typeof startOptions)[number]>

const outputs = [process.stdout, process.stderr]

/** Serves until a signal. Rejects as `serve` does. */
export async function start(options: StartOptions): Promise<void> {
  for (const stream of outputs) unblock(stream)
  const server = await serve(options)
  onStop((signal) => void stop(server, signal))
  process.stdout.write(await startupText(server, options))
}

/** Completes requests in flight and exits with 0. A second signal does not wait for them. */
async function stop(server: RunningServer, signal: NodeJS.Signals): Promise<void> {
  onSecondStop(() => process.exit(1))
  // A terminal prints ^C and does not end the line.
  if (signal === 'SIGINT' && process.stderr.isTTY) process.stderr.write('\n')
  await server.close()
  // Unread output would keep the process alive.
  const unread = outputs.filter(({ writableLength }) => writableLength > 0)
  await Promise.race([Promise.all(unread.map((stream) => once(stream, 'drain'))), sleep(outputDrainMs)])
  process.exit(0)
}

async function startupText(server: RunningServer, { json, logFormat, data }: StartOptions): Promise<string> {
  const message = createStartupMessage(server, data)
  const isPretty = !json && (logFormat ?? (process.stdout.isTTY ? 'pretty' : 'json')) === 'pretty'
  if (!isPretty) return `${JSON.stringify(message)}\n`
  return (await import('../banner.ts')).formatBanner(message, process.stdout)
}
