import { UserError } from '../../common/user-error.ts'
import type { Options } from '../../config/options.ts'
import type { Stop } from '../../conformance/client/client.ts'
import { NoAnswer } from '../../conformance/client/http.ts'
import { Patience } from '../../conformance/client/pacing.ts'
import { probes } from '../../conformance/probes/index.ts'
import { reportOf, toText } from '../../conformance/report.ts'
import { type Outcome, conform as runProbes } from '../../conformance/run.ts'
import { onSecondStop, onStop } from '../signals.ts'

type ConformOptions = Options<'baseUrl' | 'adminKey' | 'write' | 'pace' | 'timeout' | 'json'>

/** Prints how a server differs from the contract. Throws Error where nobody answers. */
export async function runConformCommand(options: ConformOptions): Promise<void> {
  const { baseUrl, adminKey, write, pace, timeout, json } = options
  if (baseUrl === undefined)
    throw new UserError('--base-url: must be given, as a client has it: http://localhost:4010/v1')
  if (adminKey === 'none') throw new UserError('--admin-key: must be the value of a key')
  const target = { baseUrl: new URL(baseUrl), adminKey, timeout, patience: new Patience(pace ?? 0) }
  const { stop, signalled } = stopOnSignal()
  const outcome = await runProbes(probes, { target, write, stop, onProbe: printProgress }).catch((error) => {
    if (!(error instanceof NoAnswer)) throw error
    if (signalled() !== undefined) process.exit(signalled())
    throw Object.assign(new Error(`${baseUrl} cannot be asked: ${error.message}`), { syscall: 'connect' })
  })
  if (process.stderr.isTTY) process.stderr.write(clearLine)
  const report = reportOf(outcome, write)
  process.stdout.write(json ? `${JSON.stringify(report)}\n` : toText(report))
  printLeftovers(outcome)
  const conforms = report.differs + report.failed === 0 && report.not_removed === 0
  process.exitCode = signalled() ?? (conforms ? 0 : 1)
}

// What an answer that is on its way is given once we are to stop, in milliseconds: it may tell of a key that was made.
const stopGraceMs = 5000

/** Makes the first signal stop the probes, and the second the removal of what they made. */
function stopOnSignal(): { stop: Stop; signalled: () => number | undefined } {
  const [soon, now] = [new AbortController(), new AbortController()]
  let exitCode: number | undefined
  onStop((signal) => {
    exitCode = signal === 'SIGINT' ? 130 : 143
    onSecondStop(() => {
      printError('stopped before all that was made had been removed; look for keys whose names begin with conform-')
      process.exit(exitCode)
    })
    soon.abort()
    setTimeout(() => now.abort(), stopGraceMs).unref()
  })
  return { stop: { soon: soon.signal, now: now.signal }, signalled: () => exitCode }
}

const clearLine = '\r\x1b[K'

function printProgress(name: string, number: number): void {
  if (process.stderr.isTTY) process.stderr.write(`${clearLine}${number}/${probes.length} ${name}`)
}

// Not in the report: nobody is to paste it.
function printLeftovers({ left: { ids, isUnsure, untold }, prefix }: Outcome): void {
  const names = `keys whose names begin with ${prefix}`
  if (ids.length > 0) printError(`could not remove ${ids.join(', ')}; look for ${names}`)
  if (isUnsure) printError(`could not look for ${names}`)
  if (untold > 0)
    printError(
      'a key with an empty name, or one of another kind, may have been made: an answer to a create did not tell',
    )
}

const printError = (text: string) => process.stderr.write(`admin-keys-emulator: ${text}\n`)
