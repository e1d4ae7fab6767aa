import type { Outcome, Sent } from './client.ts'
import type { Script } from './shell-script.ts'

/** A server did not do as its model. The message ends in a script by which anybody may see it. */
export class Difference extends Error {
  constructor({ method, path }: Sent, expected: unknown, received: unknown, script: Script) {
    const lines = [`${method} ${path}`, `  expected: ${show(expected)}`, `  received: ${show(received)}`]
    super(`${lines.join('\n')}\n\n${script}\n# ${show(expected)} was expected`)
  }
}

const show = (what: unknown): string => (isAnswer(what) ? `${what.text} (${what.status})` : JSON.stringify(what))

const isAnswer = (what: unknown): what is Outcome & { kind: 'answer' } =>
  typeof what === 'object' && what !== null && 'kind' in what && what.kind === 'answer'
