import { sandboxPath } from '../model/harness/api-steps.ts'
import type { HttpClient, HttpRequest, SendResult } from '../model/harness/client.ts'

const keysPath = '/v1/organization/admin_api_keys'
const headers = { Authorization: 'Bearer sk-admin-local', 'Content-Type': 'application/json' }

/** The name of all keys that the concurrent clients create. */
export const createdKeyName = 'created concurrently'

export const createRequest = (sandbox: string, name: string): HttpRequest => ({
  method: 'POST',
  path: sandboxPath(sandbox, keysPath),
  headers,
  body: JSON.stringify({ name }),
})
export const listRequest = (sandbox: string): HttpRequest => ({
  method: 'GET',
  path: sandboxPath(sandbox, `${keysPath}?limit=100`),
  headers,
})
export const retrieveRequest = (sandbox: string, id: string): HttpRequest => ({
  method: 'GET',
  path: sandboxPath(sandbox, `${keysPath}/${id}`),
  headers,
})
export const deleteRequest = (sandbox: string, id: string): HttpRequest => ({
  ...retrieveRequest(sandbox, id),
  method: 'DELETE',
})

/** The project of the seed in which the concurrent clients create service accounts. */
const accountsPath = '/v1/organization/projects/proj_web/service_accounts'

export const createAccountRequest = (sandbox: string, name: string): HttpRequest => ({
  ...createRequest(sandbox, name),
  path: sandboxPath(sandbox, accountsPath),
})
export const deleteAccountRequest = (sandbox: string, id: string): HttpRequest => ({
  method: 'DELETE',
  path: sandboxPath(sandbox, `${accountsPath}/${id}`),
  headers,
})

/** Lists the events about new admin keys. */
export const listEventsRequest = (sandbox: string): HttpRequest => ({
  method: 'GET',
  path: sandboxPath(sandbox, '/v1/organization/audit_logs?limit=100&event_types[]=api_key.created'),
  headers,
})

/** Returns the ids of the admin keys whose creation a list of events shows. */
export const parseCreatedIds = (text: string): string[] =>
  JSON.parse(text).data.map((event: { 'api_key.created': { id: string } }) => event['api_key.created'].id)

/** A response that is wrong for every possible interleaving of the requests. */
export class UnexpectedResponse extends Error {
  constructor({ method, path }: HttpRequest, { outcome, connection }: SendResult, expected: string) {
    const lines = [`${method} ${path}`, `  expected: ${expected}`, `  received: ${JSON.stringify(outcome)}`]
    if (connection !== undefined) lines.push(`  connection: ${connection}`)
    super(lines.join('\n'))
  }
}

/** Calls the control API and returns the response body. Throws UnexpectedResponse for another status. */
export async function callControl(client: HttpClient, method: string, path: string, status: number, body?: object) {
  const request = { method, path, ...(body === undefined ? {} : { body: JSON.stringify(body) }) }
  const result = await client.send(request)
  const { outcome } = result
  if (outcome.kind !== 'response' || outcome.status !== status)
    throw new UnexpectedResponse(request, result, String(status))
  return JSON.parse(outcome.text)
}

/** Returns the id from a create response, and the text with which a retrieve must respond. */
export function parseCreatedKey(text: string): { id: string; retrievedText: string } {
  return { id: JSON.parse(text).id, retrievedText: text.replace(/,"value":"[^"]*"\}$/, '}') }
}

export const parseListedIds = (text: string): string[] => JSON.parse(text).data.map(({ id }: { id: string }) => id)

export function expectEqual(label: string, received: number, expected: number): void {
  if (received !== expected) throw new Error(`${label}: expected ${expected}; got ${received}`)
}
