import fc from 'fast-check'
import { expect, test } from 'vitest'

const { EMULATOR_TEST_RUNS, EMULATOR_TEST_SEED, EMULATOR_TEST_PATH } = process.env

const runFactor = Number(EMULATOR_TEST_RUNS ?? 1)

// After this, runs that have not failed count as passed, and a counterexample is not shrunk further.
const timeLimitMs = 60_000 * runFactor

/** Declares a test that calls assertProperty, with a timeout beyond its time limit. */
export const propertyTest = (name: string, body: () => Promise<void>): void =>
  test(name, { timeout: timeLimitMs + 30_000 }, body)

/**
 * Checks the predicate with `runs` generated values, times EMULATOR_TEST_RUNS. Throws with the smallest counterexample
 * and the command that reproduces it.
 */
export async function assertProperty<Value>(
  arbitrary: fc.Arbitrary<Value>,
  runs: number,
  predicate: (value: Value) => Promise<void>,
  seed = EMULATOR_TEST_SEED,
): Promise<void> {
  const details = await fc.check(fc.asyncProperty(arbitrary, predicate), {
    numRuns: Math.ceil(runs * runFactor),
    interruptAfterTimeLimit: timeLimitMs,
    ...(seed === undefined ? {} : { seed: Number(seed) }),
    ...(EMULATOR_TEST_PATH === undefined ? {} : { path: EMULATOR_TEST_PATH, endOnFailure: true }),
  })
  if (details.failed) throw new Error(describeFailure(details), { cause: details.errorInstance })
}

function describeFailure<Value>({
  seed,
  counterexample,
  counterexamplePath: path,
  numRuns,
  numShrinks,
  errorInstance,
}: fc.RunDetails<[Value]>) {
  const { testPath = '', currentTestName = '' } = expect.getState()
  const file = testPath.replace(/^.*(?=\/test\/)\//s, '')
  return [
    `run ${numRuns} failed; counterexample after ${numShrinks} shrinks: ${fc.stringify(counterexample?.[0])}`,
    `EMULATOR_TEST_SEED=${seed} EMULATOR_TEST_PATH=${path} npx vitest run ${file} -t '${currentTestName}'`,
    errorInstance instanceof Error ? errorInstance.message : String(errorInstance),
  ].join('\n\n')
}
