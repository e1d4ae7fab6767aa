import type { HttpRequest, RequestOutcome } from './client.ts'
import type { ShellScript } from './shell-script.ts'

interface Mismatch {
  request: HttpRequest
  expected: unknown
  received: unknown
  /** Of a request without a full response. */
  connection: string | undefined
  script: ShellScript
}

/** The server and its model disagree. The message ends in a shell script that reproduces it. */
export class ModelMismatch extends Error {
  constructor({ request: { method, path }, expected, received, connection, script }: Mismatch) {
    const lines = [`${method} ${path}`, `  expected: ${format(expected)}`, `  received: ${format(received)}`]
    if (connection !== undefined) lines.push(`  connection: ${connection}`)
    super(`${lines.join('\n')}\n\n${script}\n# expected: ${format(expected)}`)
  }
}

const format = (value: unknown): string =>
  isResponse(value) ? `${value.text} (${value.status})` : JSON.stringify(value)

const isResponse = (value: unknown): value is RequestOutcome & { kind: 'response' } =>
  typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'response'
