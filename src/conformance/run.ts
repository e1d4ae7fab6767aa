import { randomBytes } from 'node:crypto'
import { basePathOf, ProbeClient, type StopSignals, type TargetServer } from './client/client.ts'
import { createProbeContext } from './create-probe-context.ts'
import { CreatedKeys, type Leftovers } from './created-keys.ts'
import { CreatedProjects } from './created-projects.ts'
import type { Probe } from './probe.ts'
import type { ProbeContext } from './probe-context.ts'
import { ReportRedactor } from './report-redactor.ts'
import { type ProbeResult, runProbe, skipped } from './run-probe.ts'

export interface RunOutcome {
  results: ProbeResult[]
  requestCount: number
  createdCount: number
  leftovers: Leftovers
  createdProjectCount: number
  /** The created projects that could not be archived. */
  projectLeftovers: Leftovers
  /** The names of created keys, projects and accounts start with this. */
  namePrefix: string
}

interface RunSettings {
  target: TargetServer
  /** Whether to run the probes that write. */
  write: boolean
  stop?: StopSignals
  /** Called before each probe. `number` starts at 1. */
  onProbe?: (name: string, number: number) => void
}

export const requiresWrite = 'requires --write'

/**
 * Runs probes against a server one after the other, and finally removes the keys and archives the projects that they created,
 * whatever happened.
 * Rejects with NoResponse if the first probe gets no response.
 */
export async function runProbes(probes: readonly Probe[], settings: RunSettings): Promise<RunOutcome> {
  const { target, write, stop } = settings
  const namePrefix = `conform-${randomBytes(4).toString('hex')}`
  const createdKeys = new CreatedKeys(namePrefix)
  const createdProjects = new CreatedProjects(namePrefix)
  const redactor = new ReportRedactor()
  const client = new ProbeClient(target, stop)
  // The cleanup continues after a stop signal.
  const cleanupClient = new ProbeClient(target)
  const context = createProbeContext({
    client,
    createdKeys,
    createdProjects,
    redactor,
    write,
    basePath: basePathOf(target.baseUrl),
    host: target.baseUrl.host,
    signal: stop?.drain,
  })
  const results: ProbeResult[] = []
  let leftovers: Leftovers
  let projectLeftovers: Leftovers
  try {
    await runInOrder(probes, context, settings, (result) => results.push(redactResult(result, redactor)))
  } finally {
    target.pacer.resetRetryBudget()
    projectLeftovers = await createdProjects.archiveAll(cleanupClient)
    leftovers = await createdKeys.removeAll(cleanupClient)
  }
  const requestCount = client.requestCount + cleanupClient.requestCount
  const createdProjectCount = createdProjects.count
  return {
    ...{ results, requestCount, namePrefix, leftovers, projectLeftovers },
    ...{ createdCount: createdKeys.count, createdProjectCount },
  }
}

async function runInOrder(
  probes: readonly Probe[],
  context: ProbeContext,
  { write, stop, onProbe = () => {} }: RunSettings,
  addResult: (result: ProbeResult) => void,
): Promise<void> {
  let skipReason: string | undefined
  let isPrepared = false
  for (const [index, probe] of probes.entries()) {
    const { name, evidence } = probe
    onProbe(name, index + 1)
    const reason = skipReason ?? (probe.writes && !write ? requiresWrite : undefined)
    if (probe.writes && reason === undefined && !isPrepared) {
      isPrepared = true
      await prepareAll(probes, context)
    }
    const judgment = reason === undefined ? await runProbe(probe, context, index === 0) : skipped(reason)
    const isStopped = stop?.drain.aborted === true
    // A probe that was interrupted says nothing about the server.
    const isInterrupted = isStopped && judgment.verdict !== 'same'
    addResult({ probe: name, evidence, ...(isInterrupted ? skipped('interrupted') : judgment) })
    if (isStopped) skipReason = 'interrupted'
    else if (index === 0 && /^40[13]\b/.test(judgment.seen)) skipReason = 'the admin key was rejected'
  }
}

async function prepareAll(probes: readonly Probe[], context: ProbeContext): Promise<void> {
  for (const { prepare } of probes) {
    // The probe tries again, and reports the failure.
    await prepare?.(context).catch(() => {})
  }
}

// Only the texts of a difference can contain words of the server.
const redactResult = (result: ProbeResult, redactor: ReportRedactor): ProbeResult =>
  result.verdict === 'differs' ? { ...result, seen: redactor.redact(result.seen) } : result
