import OpenAI from 'openai'
import { expect, test } from 'vitest'
import { adminKey } from '../support/app.ts'
import { startServerWithFaults } from '../support/faults.ts'

const attempts = 5

/** Starts a server with a service account and its first key, and a client that never retries by itself. */
async function startWithAccount() {
  const testApp = await startServerWithFaults()
  const baseURL = `${testApp.url}/v1`
  const { organization } = new OpenAI({ baseURL, adminAPIKey: adminKey, maxRetries: 0 }).admin
  const { projects } = organization
  const { id: project_id } = await projects.create({ name: 'Web' })
  const account = await projects.serviceAccounts.create(project_id, { name: 'ci' })
  const old = account.api_key
  if (old === null || old === undefined) throw new Error('the account has no key')
  const job = { baseURL, organization, project_id, account_id: account.id, old_id: old.id, found: [] as string[] }
  const listKeys = async () => (await projects.apiKeys.list(project_id)).data.map(({ id }) => id)
  return { ...testApp, job, listKeys, oldValue: old.value }
}

type Job = Awaited<ReturnType<typeof startWithAccount>>['job']

/** Creates a key. If the response is lost, deletes the key that was left and creates another. */
async function createKey({ organization: { projects }, project_id, account_id, found }: Job) {
  const create = () => projects.serviceAccounts.apiKeys.create(account_id, { project_id, name: 'rotated' })
  try {
    return await create()
  } catch (error) {
    if (!(error instanceof OpenAI.APIConnectionError)) throw error
    for await (const key of projects.apiKeys.list(project_id)) {
      if (key.name !== 'rotated') continue
      found.push(`orphan ${key.id}`)
      await projects.apiKeys.delete(key.id, { project_id })
    }
    return await create()
  }
}

async function waitUntilAccepted({ baseURL, found }: Job, apiKey: string) {
  const { models } = new OpenAI({ baseURL, apiKey, maxRetries: 0 })
  for (let n = 0; n < attempts; n++) {
    try {
      return await models.list()
    } catch (error) {
      if (!(error instanceof OpenAI.AuthenticationError)) throw error
      found.push('refused')
    }
  }
  throw new Error('the new key is not accepted')
}

/** Deletes the old key. After an error, only a key that is still listed is deleted again. */
async function deleteOldKey({ organization: { projects }, project_id, old_id, found }: Job) {
  try {
    await projects.apiKeys.delete(old_id, { project_id })
  } catch (error) {
    if (!(error instanceof OpenAI.InternalServerError)) throw error
    const left = (await projects.apiKeys.list(project_id)).data.some(({ id }) => id === old_id)
    found.push(left ? 'not deleted' : 'deleted in spite of an error')
    if (left) await projects.apiKeys.delete(old_id, { project_id })
  }
}

/** Reads the audit log, one event a page, until it has both events of the rotation. */
async function checkAuditLog({ organization, old_id, found }: Job, new_id: string) {
  const expected = [`api_key.deleted ${old_id}`, `api_key.created ${new_id}`]
  for (let n = 0; n < attempts; n++) {
    const events: string[] = []
    for await (const event of organization.auditLogs.list({
      event_types: ['api_key.created', 'api_key.deleted'],
      resource_ids: [old_id, new_id],
      limit: 1,
    })) {
      events.push(`${event.type} ${event['api_key.created']?.id ?? event['api_key.deleted']?.id}`)
    }
    if (expected.every((each) => events.includes(each))) return
    found.push('event missing')
  }
  throw new Error('the audit log lacks an event')
}

/** Rotates the key and resolves to the new one. `job.found` has what went wrong on the way. */
async function rotate(job: Job) {
  const created = await createKey(job)
  await waitUntilAccepted(job, created.value)
  await deleteOldKey(job)
  await checkAuditLog(job, created.id)
  return created
}

test('the job rotates the key of a service account', async () => {
  const { job, listKeys, oldValue, control } = await startWithAccount()
  const { id } = await rotate(job)
  expect(await listKeys()).toEqual([id])
  expect(job.found).toEqual([])
  const old = new OpenAI({ baseURL: job.baseURL, apiKey: oldValue, maxRetries: 0 })
  await expect(old.models.list()).rejects.toThrow(OpenAI.AuthenticationError)
  const pages = await control('GET', '/journal?operation=list-audit-logs')
  expect(pages.body.data).toHaveLength(2)
})

test.each(['connection_reset', 'empty_response'])('the job finds the key of a create lost by %s', async (kind) => {
  const { job, listKeys, addFault, control } = await startWithAccount()
  await addFault({ operation: 'CreateanAPIkeyforaserviceaccount', when: 'after_commit', kind })
  const { id } = await rotate(job)
  expect(await listKeys()).toEqual([id])
  const lost = await control('GET', '/journal?operation=CreateanAPIkeyforaserviceaccount&delivered=false')
  expect(job.found).toEqual([`orphan ${lost.body.data[0].key_id}`])
})

test.each([
  ['before', 'not deleted'],
  ['after_commit', 'deleted in spite of an error'],
])('the job finds a delete that fails %s', async (when, problem) => {
  const { job, listKeys, addFault } = await startWithAccount()
  await addFault({
    operation: 'delete-project-api-key',
    match: { project_id: job.project_id },
    when,
    kind: 'error',
    status: 500,
  })
  const { id } = await rotate(job)
  expect(await listKeys()).toEqual([id])
  expect(job.found).toEqual([problem])
})

test('the job waits for a new key that is refused at first', async () => {
  const { job, listKeys, addFault } = await startWithAccount()
  await addFault({ operation: 'listModels', kind: 'error', status: 401, times: 3 })
  const { id } = await rotate(job)
  expect(await listKeys()).toEqual([id])
  expect(job.found).toEqual(['refused', 'refused', 'refused'])
})

test('the job finds that an event is missing from the audit log, and reads it again', async () => {
  const { job, addFault } = await startWithAccount()
  await addFault({ operation: 'list-audit-logs', kind: 'json_patch', patch: [{ op: 'remove', path: '/data/0' }] })
  await rotate(job)
  expect(job.found).toEqual(['event missing'])
})
