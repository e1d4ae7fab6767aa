import { describe, expect, test } from 'vitest'
import { operationIds } from '../../src/openai-api/operation-ids.ts'
import { keysUrl } from '../support/app.ts'
import { startWithFaults } from '../support/faults.ts'

const projects = '/v1/organization/projects'
const accounts = `${projects}/PROJECT/service_accounts`
const keys = `${projects}/PROJECT/api_keys`
const projectKey = 'sk-proj-models-0000000000'
const seed = `projects: [{ id: proj_a, name: A, api_keys: [{ name: a, value: ${projectKey}, owner: { type: user, name: J, email: j@example.com } }] }]`

/** The subject of the real 404, undefined if the operation has none; PROJECT stands for an existing project. */
const operations: Record<
  (typeof operationIds)[number],
  [method: string, url: string, body: object | undefined, subject: string | undefined]
> = {
  'admin-api-keys-list': ['GET', keysUrl, undefined, undefined],
  'admin-api-keys-create': ['POST', keysUrl, { name: 'a' }, undefined],
  'admin-api-keys-get': ['GET', `${keysUrl}/key_x`, undefined, 'admin API key key_x'],
  'admin-api-keys-delete': ['DELETE', `${keysUrl}/key_x`, undefined, 'admin API key key_x'],
  'list-projects': ['GET', projects, undefined, undefined],
  'create-project': ['POST', projects, { name: 'a' }, undefined],
  'retrieve-project': ['GET', `${projects}/proj_x`, undefined, 'project proj_x'],
  'modify-project': ['POST', `${projects}/proj_x`, { name: 'a' }, 'project proj_x'],
  'archive-project': ['POST', `${projects}/proj_x/archive`, undefined, 'project proj_x'],
  'list-project-service-accounts': ['GET', `${projects}/proj_x/service_accounts`, undefined, 'project proj_x'],
  'create-project-service-account': ['POST', `${projects}/proj_x/service_accounts`, { name: 'a' }, 'project proj_x'],
  'retrieve-project-service-account': ['GET', `${accounts}/sa_x`, undefined, 'service account sa_x'],
  'update-project-service-account': ['POST', `${accounts}/sa_x`, { name: 'a' }, 'service account sa_x'],
  'delete-project-service-account': ['DELETE', `${accounts}/sa_x`, undefined, 'service account sa_x'],
  CreateanAPIkeyforaserviceaccount: ['POST', `${accounts}/sa_x/api_keys`, {}, 'service account sa_x'],
  'list-project-api-keys': ['GET', `${projects}/proj_x/api_keys`, undefined, 'project proj_x'],
  'retrieve-project-api-key': ['GET', `${keys}/key_x`, undefined, 'project API key key_x'],
  'update-project-api-key': ['POST', `${keys}/key_x`, { scopes: [] }, 'project API key key_x'],
  'delete-project-api-key': ['DELETE', `${keys}/key_x`, undefined, 'project API key key_x'],
  'list-audit-logs': ['GET', '/v1/organization/audit_logs', undefined, undefined],
  listModels: ['GET', '/v1/models', undefined, undefined],
}

async function startWith(operation: (typeof operationIds)[number]) {
  const app = await startWithFaults({ seed })
  const [method, url, body, subject] = operations[operation]
  const path = url.replace('PROJECT', 'proj_a')
  const as = operation === 'listModels' ? { as: projectKey } : {}
  const request = () => app.call(method, path, { ...(body === undefined ? {} : { body }), ...as })
  return { ...app, request, subject, method, path }
}

describe('an injected error of', () => {
  test.each(operationIds)('%s with status 404 is the real one, or names no object', async (operation) => {
    const { addFault, request, subject } = await startWith(operation)
    const real = await request()
    expect(real.status).toBe(subject === undefined ? 200 : 404)
    await addFault({ operation, kind: 'error', status: 404 })
    const injected = await request()
    expect(injected.status).toBe(404)
    expect(injected.body.error).toEqual({
      message: subject === undefined ? 'The requested resource was not found' : `The ${subject} was not found`,
      type: 'invalid_request_error',
      param: null,
      code: 'not_found',
    })
    if (subject !== undefined) expect(injected.body).toEqual(real.body)
  })

  test.each(operationIds)('%s with status 403 names the scope that the operation needs', async (operation) => {
    const { addFault, request, call, method, path } = await startWith(operation)
    const other = operation === 'listModels' ? {} : { as: projectKey }
    const real = await call(method, path, other)
    expect(real.status).toBe(403)
    await addFault({ operation, kind: 'error', status: 403 })
    expect((await request()).body).toEqual(real.body)
  })

  test('admin-api-keys-create with status 404 after the commit does not name the created key', async () => {
    const { addFault, request } = await startWith('admin-api-keys-create')
    await addFault({ operation: 'create', kind: 'error', status: 404, when: 'after_commit' })
    expect((await request()).body.error.message).toBe('The requested resource was not found')
  })

  test('admin-api-keys-create has the real text, type and code for each status that the API has', async () => {
    const { addFault, call } = await startWithFaults()
    const create = (contentType = 'application/json', rawBody = '{"name":"a"}') =>
      call('POST', keysUrl, { rawBody, headers: { 'content-type': contentType } })
    const real = {
      401: await call('POST', keysUrl, { as: 'sk-admin-unknown' }),
      405: await call('PATCH', keysUrl),
      413: await create('application/json', `{"name":"${'x'.repeat(1024 * 1024)}"}`),
      415: await create('text/plain'),
    }
    for (const [status, { status: realStatus, body, headers }] of Object.entries(real)) {
      expect(realStatus).toBe(Number(status))
      await addFault({ operation: 'create', kind: 'error', status: Number(status) })
      const injected = await create(status === '415' ? 'text/plain' : undefined)
      expect(injected.status).toBe(Number(status))
      const { message } = body.error
      expect(injected.body.error).toEqual({
        ...body.error,
        message: message.replace('PATCH', 'POST').replace(/provided: \S+\./, 'provided: sk-admin**ocal.'),
      })
      expect(injected.headers['www-authenticate']).toBe(headers['www-authenticate'])
    }
  })
})
