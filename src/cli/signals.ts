import { monotonicNow } from '../common/clock.ts'

type Handler = (signal: NodeJS.Signals) => void

// The exit codes by which a shell reports a command that a signal ended.
let handler: Handler = (signal) => process.exit(signal === 'SIGINT' ? 130 : 143)

/** Installs handlers for SIGTERM and SIGINT. Call it first: as PID 1, a process without handlers ignores both. */
export function installSignalHandlers(): void {
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => handler(signal))
}

/** Sets what SIGTERM and SIGINT do from now on. */
export function onStop(next: Handler): void {
  handler = next
}

// Under npm, Ctrl-C arrives twice: from the terminal and from npm.
const duplicateSignalMs = 500

/** Sets what a second signal does. Call it while handling the first. */
export function onSecondStop(next: Handler): void {
  const firstSignalAt = monotonicNow()
  onStop((signal) => {
    if (monotonicNow() - firstSignalAt > duplicateSignalMs) next(signal)
  })
}
