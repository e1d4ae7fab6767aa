import { describe, expect, test } from 'vitest'
import { exampleResponses } from '../../src/openai-api/examples.ts'
import { type OperationId, operationIds } from '../../src/openai-api/operation-ids.ts'
import { checkUpstream } from '../support/response-contract.ts'

// Every test checks responses against the published document. These tests show that it would notice a wrong response.

const check = (operation: string, body: unknown, status = 200) => checkUpstream?.(operation, status, body) ?? []

type Json = Record<string, unknown>
type Edit = (parent: Json, field: string) => void

/** Returns the fields of a response whose edit the check does not notice. */
function unnoticed(operation: string, example: unknown, edit: Edit): string[] {
  return [...new Set(fieldsOf(example))].filter((path) => {
    const copy = JSON.parse(JSON.stringify(example))
    const parts = path.split('/')
    const field = parts.pop() ?? ''
    edit(
      parts.reduce((parent, part) => parent[part], copy),
      field,
    )
    return check(operation, copy).length === 0
  })
}

function fieldsOf(value: unknown, path = ''): string[] {
  if (Array.isArray(value)) return value.slice(0, 1).flatMap((item) => fieldsOf(item, `${path}0/`))
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([name, field]) => [`${path}${name}`, ...fieldsOf(field, `${path}${name}/`)])
}

const project = 'name archived_at status external_key_id residency'
const adminKey = `name last_used_at ${['type', 'object', 'id', 'name', 'created_at', 'role'].map((each) => `owner/${each}`).join(' ')}`
const projectKey = 'expires_at owner/type owner/service_account owner/user'
const [exampleEvent] = (exampleResponses['list-audit-logs'] as { data: Json[] }).data
// Only three fields are required.
const event = fieldsOf(exampleEvent)
  .filter((field) => !['id', 'type', 'effective_at'].includes(field))
  .join(' ')
const listOf = (fields: string) => `first_id last_id ${fields.replace(/\S+/g, 'data/0/$&')}`

/** The fields that a response may lack, according to the published document. */
const optionalFields: Record<string, string> = {
  'admin-api-keys-list': listOf(adminKey),
  'admin-api-keys-create': adminKey,
  'admin-api-keys-get': adminKey,
  'admin-api-keys-delete': '',
  'list-projects': listOf(project),
  'create-project': project,
  'retrieve-project': project,
  'modify-project': project,
  'archive-project': project,
  'list-project-service-accounts': listOf(''),
  'create-project-service-account': 'api_key/expires_at',
  'retrieve-project-service-account': '',
  'update-project-service-account': '',
  'delete-project-service-account': '',
  CreateanAPIkeyforaserviceaccount: 'expires_at',
  'list-project-api-keys': listOf(projectKey),
  'retrieve-project-api-key': projectKey,
  'update-project-api-key': projectKey,
  'delete-project-api-key': '',
  'list-audit-logs': listOf(event),
}

test('every operation but the list of models has a published response', () => {
  expect(operationIds.filter((operation) => !(operation in optionalFields))).toEqual(['listModels'])
})

describe.runIf(checkUpstream).each(Object.keys(optionalFields))('a response of %s', (operation) => {
  const example = exampleResponses[operation as OperationId]

  test('may have every field', () => {
    expect(check(operation, example)).toEqual([])
  })

  test('may lack only optional fields', () => {
    const lacking = unnoticed(operation, example, (parent, field) => delete parent[field])
    expect(lacking.sort()).toEqual(optionalFields[operation]?.split(' ').filter(Boolean).sort())
  })

  test('cannot have a field of another type, unless the published document does not have the field', () => {
    const changed = unnoticed(operation, example, (parent, field) => {
      parent[field] = Array.isArray(parent[field]) ? 'text' : []
    })
    // Official clients have expires_*; nothing published describes the details of tenant.* events.
    expect(changed.filter((field) => !/expires_(at|in_seconds)$|\/tenant\./.test(field))).toEqual([])
  })

  test('can only be an error in the published form', () => {
    const error = { message: 'No.', type: 'invalid_request_error', param: null, code: null }
    for (const status of [400, 401, 403, 404, 413, 415, 429, 500, 503]) {
      expect(check(operation, { error }, status)).toEqual([])
      for (const field of Object.keys(error)) {
        expect(check(operation, { error: { ...error, [field]: undefined } }, status)).not.toEqual([])
      }
      expect(check(operation, { error: 'a bare string' }, status).length).toBe(status === 403 ? 0 : 1)
    }
  })
})

describe.runIf(checkUpstream)('a published value', () => {
  test.each([
    ['JP_STORAGE', true],
    ['JP_STORAGE_PROCESSING', true],
    ['MOON_STORAGE', false],
  ])('of a residency is %s: %s', (residency, isPublished) => {
    const found = check('retrieve-project', { ...(exampleResponses['retrieve-project'] as Json), residency })
    expect(found.length === 0).toBe(isPublished)
  })

  test.each([
    ['api_key.deleted', true],
    ['external_storage.registered', true],
    ['api_key.rotated', false],
  ])('of an event type is %s: %s', (type, isPublished) => {
    const { data, ...page } = exampleResponses['list-audit-logs'] as { data: Json[] }
    expect(check('list-audit-logs', { ...page, data: [{ ...data[0], type }] }).length === 0).toBe(isPublished)
  })
})
