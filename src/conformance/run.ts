import { randomBytes } from 'node:crypto'
import { type Fact, fact, isSame, Unlike, Unsuitable } from './checks/check-result.ts'
import { createAsk, pathOf, type Stop, type Target } from './client/client.ts'
import { NoAnswer } from './client/http.ts'
import { type Left, Made } from './created-keys.ts'
import type { Evidence, Finding, Probe, Turn } from './probe.ts'
import { createStage, type Stage } from './probe-context.ts'
import { Withheld } from './report-redactor.ts'

export type Verdict = 'same' | 'differs' | 'skipped' | 'failed'

/** What came of a probe. */
export interface Result {
  probe: string
  evidence: Evidence
  /** `null` where it was not asked. */
  expected: string | null
  /** Of a probe that was skipped: why. */
  seen: string
  verdict: Verdict
  /** The behaviours by which the emulator would answer as this server does. */
  switch?: Turn
}

export interface Outcome {
  results: Result[]
  /** How many requests it took. */
  requests: number
  /** How many keys were made. */
  made: number
  left: Left
  /** With which the names of the keys begin that were made. */
  prefix: string
}

interface Settings {
  target: Target
  write: boolean
  stop?: Stop
  /** Called before each probe with how many there were. */
  onProbe?: (name: string, number: number) => void
}

export const needsWrite = 'needs --write'

/**
 * Holds a server to the contract, one probe after the other, and removes what it made whatever happens.
 * Rejects with NoAnswer where nobody answers the first.
 */
export async function conform(probes: readonly Probe[], settings: Settings): Promise<Outcome> {
  const { target, write, stop } = settings
  const prefix = `conform-${randomBytes(4).toString('hex')}`
  const made = new Made(prefix)
  const withheld = new Withheld()
  const ask = createAsk(target, stop)
  // What was made is removed also when all else has been stopped.
  const askAnyway = createAsk(target)
  const { host } = target.baseUrl
  const stage = createStage({ ask, made, withheld, path: pathOf(target.baseUrl), host, write, stop: stop?.soon })
  const results: Result[] = []
  let left: Left
  try {
    await runAll(probes, stage, settings, (result) => results.push(clean(result, withheld)))
  } finally {
    target.patience.renew()
    left = await made.remove(askAnyway)
  }
  return { results, requests: ask.count + askAnyway.count, made: made.count, left, prefix }
}

async function runAll(
  probes: readonly Probe[],
  stage: Stage,
  { write, stop, onProbe = () => {} }: Settings,
  add: (result: Result) => void,
): Promise<void> {
  let reason: string | undefined
  for (const [n, probe] of probes.entries()) {
    const { name, evidence } = probe
    onProbe(name, n + 1)
    const reasonNow = reason ?? (probe.writes && !write ? needsWrite : undefined)
    const found = reasonNow === undefined ? await attempt(probe, stage, n === 0) : skipped(reasonNow)
    const isStopped = stop?.soon.aborted === true
    // What was under way when it was to stop says nothing of the server.
    add({ probe: name, evidence, ...(isStopped && found.verdict !== 'same' ? skipped('interrupted') : found) })
    if (isStopped) reason = 'interrupted'
    else if (n === 0 && /^40[13]\b/.test(found.seen)) reason = 'the admin key is refused'
  }
}

type Found = Omit<Result, 'probe' | 'evidence'>

/** Rejects with NoAnswer where `isFirst`: there is no server. */
async function attempt(probe: Probe, stage: Stage, isFirst: boolean): Promise<Found> {
  try {
    const reason = await reasonToSkip(probe, stage)
    return reason === undefined ? judge(await probe.run(stage)) : skipped(reason)
  } catch (thrown) {
    if (thrown instanceof Unlike) return judge({ facts: [thrown.fact] })
    if (thrown instanceof Unsuitable) return skipped(thrown.message)
    if (!(thrown instanceof NoAnswer)) return { expected: null, seen: (thrown as Error).name, verdict: 'failed' }
    if (isFirst) throw thrown
    return judge({ facts: [fact(false, 'an answer', `no answer (${thrown.code})`)] })
  }
}

async function reasonToSkip({ evidence, keys = 0 }: Probe, stage: Stage): Promise<string | undefined> {
  if (evidence === 'ours' && !(await stage.isEmulator())) return 'asked of an emulator alone'
  if (keys === 0) return undefined
  const { answer, ids } = await stage.inventory()
  if (answer.status !== 200) return 'needs a list'
  return ids.length < keys ? `needs ${keys} key${keys === 1 ? '' : 's'}` : undefined
}

const skipped = (seen: string): Found => ({ expected: null, seen, verdict: 'skipped' })

function judge({ facts, turn }: Finding): Found {
  const told = (textOf: (fact: Fact) => string) =>
    facts
      .map(textOf)
      .filter((text) => text !== '')
      .join(', ')
  const [expected, seen] = [told((each) => each.expected), told((each) => each.seen)]
  if (facts.every(isSame)) return { expected, seen, verdict: 'same' }
  return { expected, seen, verdict: 'differs', ...(turn === undefined ? {} : { switch: turn }) }
}

// What is as expected is told in our own words.
const clean = (result: Result, withheld: Withheld): Result =>
  result.verdict === 'differs' ? { ...result, seen: withheld.clean(result.seen) } : result
