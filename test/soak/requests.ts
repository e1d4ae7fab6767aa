import { pathIn } from '../model/generated/api-steps.ts'
import type { Asker, Outcome, Sent } from '../model/generated/client.ts'

const keys = '/v1/organization/admin_api_keys'
const headers = { Authorization: 'Bearer sk-admin-local', 'Content-Type': 'application/json' }

export const createIn = (sandbox: string, name: string): Sent => ({
  method: 'POST',
  path: pathIn(sandbox, keys),
  headers,
  body: JSON.stringify({ name }),
})
export const listIn = (sandbox: string): Sent => ({
  method: 'GET',
  path: pathIn(sandbox, `${keys}?limit=100`),
  headers,
})
export const retrieveIn = (sandbox: string, id: string): Sent => ({
  method: 'GET',
  path: pathIn(sandbox, `${keys}/${id}`),
  headers,
})
export const deleteIn = (sandbox: string, id: string): Sent => ({ ...retrieveIn(sandbox, id), method: 'DELETE' })

/** An answer that no schedule allows. */
export class Unexpected extends Error {
  constructor({ method, path }: Sent, outcome: Outcome, expected: string) {
    super(`${method} ${path}\n  expected: ${expected}\n  received: ${JSON.stringify(outcome)}`)
  }
}

/** Asks a control, which must answer so. */
export async function control(client: Asker, method: string, path: string, status: number, body?: object) {
  const sent = { method, path, ...(body === undefined ? {} : { body: JSON.stringify(body) }) }
  const { outcome } = await client.ask(sent)
  if (outcome.kind !== 'answer' || outcome.status !== status) throw new Unexpected(sent, outcome, String(status))
  return JSON.parse(outcome.text)
}

/** A key as a create shows it: its id, and how it is shown from then on. */
export function readKey(text: string): { id: string; shown: string } {
  return { id: JSON.parse(text).id, shown: text.replace(/,"value":"[^"]*"\}$/, '}') }
}

/** The ids of a page. */
export const idsOf = (text: string): string[] => JSON.parse(text).data.map(({ id }: { id: string }) => id)

export function expectEqual(what: string, received: number, expected: number): void {
  if (received !== expected) throw new Error(`${what}: ${received}, not ${expected}`)
}
