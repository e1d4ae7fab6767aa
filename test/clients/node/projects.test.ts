import OpenAI from 'openai'
import { expect } from 'vitest'
import { test } from './sandbox.ts'

type Organization = OpenAI['admin']['organization']

/** Creates a project with a service account. Returns their ids, and the first key of the account. */
async function createAccount({ projects }: Organization) {
  const { id: project_id } = await projects.create({ name: 'Web' })
  const { id, api_key } = await projects.serviceAccounts.create(project_id, { name: 'ci' })
  if (api_key == null) expect.unreachable('the account has no key')
  return { project_id, account_id: id, key: api_key }
}

test('rotating service account keys', async ({ organization, modelsAs }) => {
  const { apiKeys, serviceAccounts } = organization.projects
  const { project_id, account_id, key } = await createAccount(organization)
  const rotated = await serviceAccounts.apiKeys.create(account_id, { project_id, name: 'rotated' })
  expect((await modelsAs(rotated.value).list()).data).not.toEqual([])
  expect(await apiKeys.delete(key.id, { project_id })).toMatchObject({ id: key.id, deleted: true })
  await expect(modelsAs(key.value).list()).rejects.toBeInstanceOf(OpenAI.AuthenticationError)
  const { data } = await apiKeys.list(project_id)
  expect(data.map(({ id, owner }) => [id, owner.service_account?.id])).toEqual([[rotated.id, account_id]])
  expect(data[0]?.last_used_at).toBeTypeOf('number')
})

test('archiving projects deletes their keys', async ({ organization, modelsAs }) => {
  const { projects } = organization
  const { project_id, key } = await createAccount(organization)
  await modelsAs(key.value).list()
  const archived = await projects.archive(project_id)
  expect(archived).toMatchObject({ id: project_id, status: 'archived', archived_at: expect.any(Number) })
  await expect(modelsAs(key.value).list()).rejects.toBeInstanceOf(OpenAI.AuthenticationError)
  const names = async (query: OpenAI.Admin.Organization.ProjectListParams) =>
    (await projects.list(query)).data.map(({ name }) => name)
  expect(await names({})).toEqual(['Default project'])
  expect(await names({ include_archived: true })).toEqual(['Default project', 'Web'])
})

test('audit log shows rotations', async ({ organization }) => {
  const { apiKeys, serviceAccounts } = organization.projects
  const { project_id, account_id, key } = await createAccount(organization)
  const rotated = await serviceAccounts.apiKeys.create(account_id, { project_id })
  await apiKeys.delete(key.id, { project_id })
  const { data } = await organization.auditLogs.list({
    event_types: ['api_key.created', 'api_key.deleted'],
    resource_ids: [key.id, rotated.id],
  })
  expect(data).toMatchObject([
    { type: 'api_key.deleted', 'api_key.deleted': { id: key.id }, actor: { type: 'api_key' } },
    { type: 'api_key.created', 'api_key.created': { id: rotated.id }, actor: { type: 'api_key' } },
  ])
})

test('audit log paging visits every event', async ({ organization, sandbox }) => {
  const { project_id } = await createAccount(organization)
  const created: string[] = []
  for (let n = 0; n < 25; n++) {
    const { id } = await organization.projects.serviceAccounts.create(project_id, { name: `ci-${n}` })
    created.unshift(id)
  }
  const visited: unknown[] = []
  const events = organization.auditLogs.list({
    event_types: ['service_account.created'],
    resource_ids: created,
    limit: 10,
  })
  for await (const event of events) visited.push(event['service_account.created']?.id)
  expect(visited).toEqual(created)
  expect(await sandbox.journal.list({ operation: 'list-audit-logs' })).toHaveLength(3)
})
