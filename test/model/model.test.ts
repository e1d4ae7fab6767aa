import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import fc from 'fast-check'
import { expect } from 'vitest'
import { startApp } from '../support/app.ts'
import { serve } from '../support/program.ts'
import { type RequestOutcome, SocketClient } from './harness/client.ts'
import { type State, seedFile, startArgs } from './harness/initial-state.ts'
import { ModelRunner } from './harness/model-runner.ts'
import { assertProperty, propertyTest } from './harness/property.ts'
import type { Generated } from './harness/resource-model.ts'
import { runStep } from './harness/run-step.ts'
import { type ApiRequest, SandboxModel } from './harness/sandbox-model.ts'
import { ShellScript } from './harness/shell-script.ts'
import { type Step, steps } from './harness/steps.ts'

const names = ['default', 'a', 'b']
const sequences = fc.array(steps(names.length, 2), { minLength: 1, maxLength: 80, size: 'max' })

type CreateModel = (initial?: State) => SandboxModel

/** Starts one server. Returns a function that resets it and runs a sequence on it. */
async function startSequenceRunner(options: { createModel?: CreateModel } = {}) {
  const app = await startApp({ seed: [seedFile] })
  const client = new SocketClient(Number(new URL(await app.listen()).port))
  return async (sequence: Step[]) => {
    await app.call('DELETE', '/_emulator/sandboxes')
    await app.call('DELETE', '/_emulator/snapshots/one')
    await app.call('POST', '/_emulator/reset')
    const runner = new ModelRunner({ client, names, script: new ShellScript(startArgs), ...options })
    for (const step of sequence) await runStep(runner, step)
  }
}

propertyTest('the server behaves like the model for random sequences of API and control requests', async () => {
  await assertProperty(sequences, 100, await startSequenceRunner())
})

/** A wrong model, in which new keys cannot be deleted. */
class BrokenModel extends SandboxModel {
  override handle(request: ApiRequest, generated?: Generated): RequestOutcome {
    const outcome = super.handle(request, generated)
    for (const key of this.state.keys) if (/^key_.{16}$/.test(key.id)) key.isDeleted = false
    return outcome
  }
}

propertyTest(
  'a difference between server and model is reported as a short shell script that reproduces it',
  async () => {
    const runSequence = await startSequenceRunner({ createModel: (initial) => new BrokenModel(initial) })
    const shortSequences = fc.array(steps(1, 8), { minLength: 1, maxLength: 15, size: 'max' })
    const failure: Error = await assertProperty(shortSequences, 300, runSequence, '5').then(
      () => expect.fail('no difference was found'),
      (error) => error,
    )

    const [, received, script = ''] = /received: (.*?)\n\n(# npm start.*)/s.exec(failure.message) ?? []
    expect(script.match(/^request /gm)?.length).toBeLessThan(6)
    const { url } = await serve(['--seed', seedFile])
    const { stdout } = await promisify(execFile)('bash', ['-c', script], { env: { ...process.env, url } })
    // The second server generates other ids and values.
    const withoutRandomParts = (text = '') => text.trim().replaceAll(/key_\w{16}|\*[\w-]{4}\./g, '')
    expect(withoutRandomParts(stdout.split('\n').at(-2))).toBe(withoutRandomParts(received))
  },
)
