import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import fc from 'fast-check'
import { expect } from 'vitest'
import { startApp } from '../support/app.ts'
import { serve } from '../support/program.ts'
import { Client, type Outcome } from './generated/client.ts'
import { type State, seedFile, startOptions } from './generated/initial-state.ts'
import { World } from './generated/model-runner.ts'
import type { Drawn } from './generated/organization-model.ts'
import { generated, holds } from './generated/property.ts'
import { play } from './generated/run-commands.ts'
import { type Question, SandboxModel } from './generated/sandbox-model.ts'
import { Script } from './generated/shell-script.ts'
import { type Step, steps } from './generated/steps.ts'

const names = ['default', 'a', 'b']
const sequences = fc.array(steps(names.length, 2), { minLength: 1, maxLength: 80, size: 'max' })

type Make = (begun?: State) => SandboxModel

/** Plays sequences, each from the beginning, on one server. */
async function startPlaying(options: { make?: Make } = {}) {
  const app = await startApp({ seed: [seedFile] })
  const client = new Client(Number(new URL(await app.listen()).port))
  return async (sequence: Step[]) => {
    await app.call('DELETE', '/_emulator/sandboxes')
    await app.call('DELETE', '/_emulator/snapshots/one')
    await app.call('POST', '/_emulator/reset')
    const world = new World({ client, names, script: new Script(startOptions), ...options })
    for (const step of sequence) await play(world, step)
  }
}

generated('whatever is done in whatever order, the server does as the model', async () => {
  await holds(sequences, 100, await startPlaying())
})

/** A model of a service whose new keys cannot be deleted. */
class Mistaken extends SandboxModel {
  override ask(question: Question, drawn?: Drawn): Outcome {
    const outcome = super.ask(question, drawn)
    for (const key of this.state.keys) if (/^key_.{16}$/.test(key.id)) key.isDeleted = false
    return outcome
  }
}

generated('where the server does otherwise, a short script says so to whoever runs it', async () => {
  const playAll = await startPlaying({ make: (begun) => new Mistaken(begun) })
  const short = fc.array(steps(1, 8), { minLength: 1, maxLength: 15, size: 'max' })
  const failure: Error = await holds(short, 300, playAll, '5').then(
    () => expect.fail('all hold'),
    (error) => error,
  )

  const [, received, script = ''] = /received: (.*?)\n\n(# npm start.*)/s.exec(failure.message) ?? []
  expect(script.match(/^ask /gm)?.length).toBeLessThan(6)
  const { url } = await serve(['--seed', seedFile])
  const { stdout } = await promisify(execFile)('bash', ['-c', script], { env: { ...process.env, url } })
  // Whoever runs it draws other ids and values.
  const withoutIds = (text = '') => text.trim().replaceAll(/key_\w{16}|\*[\w-]{4}\./g, '')
  expect(withoutIds(stdout.split('\n').at(-2))).toBe(withoutIds(received))
})
