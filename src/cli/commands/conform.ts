import { UserError } from '../../common/user-error.ts'
import type { Options } from '../../config/options.ts'
import type { StopSignals } from '../../conformance/client/client.ts'
import { NoResponse } from '../../conformance/client/http.ts'
import { RequestPacer } from '../../conformance/client/pacing.ts'
import { probes } from '../../conformance/probes/index.ts'
import { toMarkdown, toReport } from '../../conformance/report.ts'
import { type RunOutcome, runProbes } from '../../conformance/run.ts'
import { printError } from '../output.ts'
import { onSecondStop, onStop } from '../signals.ts'

type ConformOptions = Options<'baseUrl' | 'adminKey' | 'write' | 'pace' | 'timeout' | 'json'>

/**
 * Prints the conformance report of a server and sets the exit code. Throws UserError for a missing option, and Error if
 * the server does not respond.
 */
export async function runConformCommand(options: ConformOptions): Promise<void> {
  const { baseUrl, adminKey, write, pace, timeout, json } = options
  if (baseUrl === undefined) throw new UserError('--base-url: is required, for example http://localhost:4010/v1')
  if (adminKey === 'none') throw new UserError('--admin-key: must be the value of a key; got none')
  const target = { baseUrl: new URL(baseUrl), adminKey, timeoutMs: timeout, pacer: new RequestPacer(pace ?? 0) }
  const { stop, exitCodeOfSignal } = stopOnSignal()
  const outcome = await runProbes(probes, { target, write, stop, onProbe: printProgress }).catch((error) => {
    if (!(error instanceof NoResponse)) throw error
    if (exitCodeOfSignal() !== undefined) process.exit(exitCodeOfSignal())
    throw Object.assign(new Error(`cannot connect to ${baseUrl}: ${error.message}`), { syscall: 'connect' })
  })
  if (process.stderr.isTTY) process.stderr.write(clearLine)
  const report = toReport(outcome, write)
  process.stdout.write(json ? `${JSON.stringify(report)}\n` : toMarkdown(report))
  printLeftovers(outcome)
  const isClean = report.not_removed === 0 && report.projects_not_archived === 0
  const conforms = report.differs + report.failed === 0 && isClean
  process.exitCode = exitCodeOfSignal() ?? (conforms ? 0 : 1)
}

/** How long a request in flight may continue after a signal: its response may name a key that it created. */
const stopGraceMs = 5000

/** The first signal stops the probes, the second one the cleanup. */
function stopOnSignal(): { stop: StopSignals; exitCodeOfSignal: () => number | undefined } {
  const [drain, abort] = [new AbortController(), new AbortController()]
  let exitCode: number | undefined
  onStop((signal) => {
    exitCode = signal === 'SIGINT' ? 130 : 143
    onSecondStop(() => {
      printError(
        'stopped before all created keys and projects were removed or archived; look for keys whose names start with conform-, and for such projects',
      )
      process.exit(exitCode)
    })
    drain.abort()
    setTimeout(() => abort.abort(), stopGraceMs).unref()
  })
  return { stop: { drain: drain.signal, abort: abort.signal }, exitCodeOfSignal: () => exitCode }
}

const clearLine = '\r\x1b[K'

function printProgress(name: string, number: number): void {
  if (process.stderr.isTTY) process.stderr.write(`${clearLine}${number}/${probes.length} ${name}`)
}

// These ids are not in the report, so that it can be published.
function printLeftovers({ leftovers, projectLeftovers, namePrefix }: RunOutcome): void {
  const { ids, searchFailed, untraceableCount } = leftovers
  const keys = `keys whose names start with ${namePrefix}`
  if (ids.length > 0) printError(`could not remove ${ids.join(', ')}; look for ${keys}`)
  if (searchFailed) printError(`could not list the keys to find the ones that were not removed; look for ${keys}`)
  if (untraceableCount > 0)
    printError('a key with an empty or unexpected name may have been created: the response to a create did not say')
  const projects = `projects whose names start with ${namePrefix}`
  if (projectLeftovers.ids.length > 0) {
    printError(`could not archive ${projectLeftovers.ids.join(', ')}; look for ${projects}`)
  }
  if (projectLeftovers.searchFailed) {
    printError(`could not list the projects to find the ones that were not archived; look for ${projects}`)
  }
  if (projectLeftovers.untraceableCount > 0) {
    printError('a project with an unexpected name may have been created: the response to a create did not say')
  }
}
