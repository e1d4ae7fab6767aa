import { monotonicNow } from '../common/clock.ts'

type Handler = (signal: NodeJS.Signals) => void

// As the shell reports a command that a signal ended.
let handler: Handler = (signal) => process.exit(signal === 'SIGINT' ? 130 : 143)

/** To be called first of all: as PID 1, a process for which nothing is installed ignores both signals. */
export function installSignalHandlers(): void {
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => handler(signal))
}

/** What SIGTERM and SIGINT do from now on. */
export function onStop(next: Handler): void {
  handler = next
}

// Under npm a Ctrl-C arrives twice, from the terminal and from npm. In milliseconds.
const duplicateSignalMs = 500

/** To be called as a signal is met: what a second one does. */
export function onSecondStop(next: Handler): void {
  const firstSignalAt = monotonicNow()
  onStop((signal) => {
    if (monotonicNow() - firstSignalAt > duplicateSignalMs) next(signal)
  })
}
