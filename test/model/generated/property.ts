import fc from 'fast-check'
import { expect, test } from 'vitest'

const { EMULATOR_TEST_RUNS, EMULATOR_TEST_SEED, EMULATOR_TEST_PATH } = process.env

/** How many times as often as usual: EMULATOR_TEST_RUNS. */
const factor = Number(EMULATOR_TEST_RUNS ?? 1)

// In milliseconds. What has not failed by then holds; what has is not made smaller any longer.
const longest = 60_000 * factor

/** A test of what must hold of everything that is generated. */
export const generated = (name: string, body: () => Promise<void>): void =>
  test(name, { timeout: longest + 30_000 }, body)

/** Tries so many of what is generated. The smallest that fails is told, and how to see it again. */
export async function holds<Value>(
  arbitrary: fc.Arbitrary<Value>,
  runs: number,
  predicate: (value: Value) => Promise<void>,
  seed = EMULATOR_TEST_SEED,
): Promise<void> {
  const details = await fc.check(fc.asyncProperty(arbitrary, predicate), {
    numRuns: Math.ceil(runs * factor),
    interruptAfterTimeLimit: longest,
    ...(seed === undefined ? {} : { seed: Number(seed) }),
    ...(EMULATOR_TEST_PATH === undefined ? {} : { path: EMULATOR_TEST_PATH, endOnFailure: true }),
  })
  if (details.failed) throw new Error(describe(details), { cause: details.errorInstance })
}

function describe<Value>({
  seed,
  counterexample,
  counterexamplePath,
  numRuns,
  numShrinks,
  errorInstance,
}: fc.RunDetails<[Value]>) {
  const { testPath = '', currentTestName = '' } = expect.getState()
  const file = testPath.replace(/^.*(?=\/test\/)\//s, '')
  return [
    `number ${numRuns} fails; made smaller ${numShrinks} times it is ${fc.stringify(counterexample?.[0])}`,
    `EMULATOR_TEST_SEED=${seed} EMULATOR_TEST_PATH=${counterexamplePath} npx vitest run ${file} -t '${currentTestName}'`,
    errorInstance instanceof Error ? errorInstance.message : String(errorInstance),
  ].join('\n\n')
}
