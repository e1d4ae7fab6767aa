import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { compareDocuments } from '../../scripts/compare-documents.ts'
import type { OpenApiDocument } from '../../scripts/openapi-document.ts'
import { deliberateDifferences, unexpectedDifferences } from '../../scripts/upstream-differences.ts'
import { upstream } from '../support/upstream.ts'

const published = upstream as OpenApiDocument
// Another test checks that it is generated from the routes.
const ownDocument = parse(readFileSync(new URL('../../openapi.yaml', import.meta.url), 'utf8'), { maxAliasCount: -1 })
const getOwnDocument = (): OpenApiDocument => JSON.parse(JSON.stringify(ownDocument))

const compare = (own: OpenApiDocument, other = published) =>
  unexpectedDifferences(compareDocuments(own, other).differences)

describe.runIf(upstream)('the comparison with the published document', () => {
  test('finds exactly the deliberate differences', () => {
    expect(compare(getOwnDocument())).toEqual([])
  })

  test('covers these operations', () => {
    expect(compareDocuments(getOwnDocument(), published).compared).toEqual([
      'CreateanAPIkeyforaserviceaccount',
      'admin-api-keys-create',
      'admin-api-keys-delete',
      'admin-api-keys-get',
      'admin-api-keys-list',
      'archive-project',
      'create-project',
      'create-project-service-account',
      'delete-project-api-key',
      'delete-project-service-account',
      'list-audit-logs',
      'list-project-api-keys',
      'list-project-service-accounts',
      'list-projects',
      'modify-project',
      'retrieve-project',
      'retrieve-project-api-key',
      'retrieve-project-service-account',
      'update-project-service-account',
    ])
  })

  // biome-ignore lint/suspicious/noExplicitAny: a parsed document
  type Change = [description: string, change: (document: any) => void, difference: string]
  const keys = '/organization/admin_api_keys'
  const projects = '/organization/projects'
  const accounts = `${projects}/{project_id}/service_accounts`
  const unpublished = (place: string) => `${place} is not in the published document`
  const missing = (place: string) => `${place} is missing from openapi.yaml`
  // biome-ignore lint/suspicious/noExplicitAny: a parsed document
  const bodyOf = (d: any, path: string, method = 'post') =>
    d.paths[path][method].requestBody.content['application/json'].schema

  test.each<Change>([
    ['a missing operation', (d) => delete d.paths[`${keys}/{key_id}`].delete, missing(`DELETE ${keys}/{key_id}`)],
    [
      'a missing path',
      (d) => delete d.paths[`${projects}/{project_id}/archive`],
      missing(`POST ${projects}/{project_id}/archive`),
    ],
    ['an additional method', (d) => (d.paths[keys].patch = d.paths[keys].post), unpublished(`PATCH ${keys}`)],
    ['an additional path', (d) => (d.paths['/x'] = d.paths[keys]), unpublished('GET /x')],
    [
      'another operationId',
      (d) => (d.paths[keys].get.operationId = 'list'),
      unpublished('admin-api-keys-list operationId list'),
    ],
    [
      'another name in a path',
      (d) => (d.paths[`${projects}/{id}`] = d.paths[`${projects}/{project_id}`]),
      unpublished(`GET ${projects}/{id}`),
    ],
    ['no security', (d) => delete d.paths[projects].get.security, missing('list-projects security AdminApiKeyAuth')],
    [
      'a missing parameter',
      (d) => d.paths[projects].get.parameters.pop(),
      missing('list-projects query include_archived'),
    ],
    [
      'an additional parameter',
      (d) => (d.paths[projects].get.parameters[0].name = 'a'),
      unpublished('list-projects query a'),
    ],
    [
      'a required parameter',
      (d) => (d.paths[keys].get.parameters[0].required = true),
      unpublished('admin-api-keys-list query after required'),
    ],
    [
      'another type of a parameter',
      (d) => (d.paths[projects].get.parameters[0].schema.type = 'integer'),
      missing('list-projects query after type string'),
    ],
    [
      'another default',
      (d) => (d.paths[keys].get.parameters[2].schema.default = 10),
      unpublished('admin-api-keys-list query limit default 10'),
    ],
    [
      'a missing choice',
      (d) => d.paths[keys].get.parameters[1].schema.enum.pop(),
      missing('admin-api-keys-list query order value desc'),
    ],
    [
      'a missing field of a parameter',
      (d) => delete d.paths['/organization/audit_logs'].get.parameters[0].schema.properties.gt,
      missing('list-audit-logs query effective_at.gt'),
    ],
    [
      'a required body',
      (d) => (d.paths[`${accounts}/{service_account_id}/api_keys`].post.requestBody.required = true),
      unpublished('CreateanAPIkeyforaserviceaccount body required'),
    ],
    [
      'an optional body',
      (d) => delete d.paths[keys].post.requestBody.required,
      missing('admin-api-keys-create body required'),
    ],
    ['a missing body', (d) => delete d.paths[projects].post.requestBody, missing('create-project body')],
    [
      'a body for an operation without one',
      (d) => (d.paths[`${projects}/{project_id}/archive`].post.requestBody = d.paths[projects].post.requestBody),
      unpublished('archive-project body'),
    ],
    [
      'another bound',
      (d) => (bodyOf(d, keys).properties.expires_in_seconds.maximum = 1),
      missing('admin-api-keys-create body.expires_in_seconds maximum 31536000'),
    ],
    [
      'an optional field of a body',
      (d) => (bodyOf(d, keys).required = []),
      missing('admin-api-keys-create body.name required'),
    ],
    [
      'a missing field of a body',
      (d) => delete bodyOf(d, projects).properties.external_key_id,
      missing('ProjectCreateRequest.external_key_id'),
    ],
    [
      'a field of a body that cannot be null',
      (d) => (bodyOf(d, projects).properties.external_key_id = { type: 'string' }),
      missing('ProjectCreateRequest.external_key_id null'),
    ],
    [
      'a field of a body that can be null',
      (d) => (bodyOf(d, projects).properties.name = { anyOf: [{ type: 'string' }, { type: 'null' }] }),
      unpublished('ProjectCreateRequest.name null'),
    ],
    ['a missing status', (d) => delete d.paths[keys].get.responses['200'], missing('admin-api-keys-list response 200')],
    [
      'a missing error',
      (d) => delete d.paths['/organization/audit_logs'].get.responses['429'],
      missing('list-audit-logs response 429'),
    ],
    [
      'a missing header',
      (d) => delete d.paths['/organization/audit_logs'].get.responses['429'].headers['retry-after'],
      missing('list-audit-logs response 429 header retry-after'),
    ],
    ['another form of errors', (d) => d.components.schemas.Error.required.pop(), missing('Error.code required')],
    [
      'a field that is no longer required',
      (d) => d.components.schemas.AdminApiKey.required.splice(4, 99),
      missing('AdminApiKey.expires_at required'),
    ],
    ['a missing field', (d) => delete d.components.schemas.AdminApiKey.properties.owner, missing('AdminApiKey.owner')],
    ['an additional field', (d) => (d.components.schemas.Project.properties.extra = {}), unpublished('Project.extra')],
    [
      'another type',
      (d) => (d.components.schemas.AdminApiKey.properties.id = { type: 'integer' }),
      unpublished('AdminApiKey.id type integer'),
    ],
    [
      'an additional null',
      (d) => (d.components.schemas.ProjectApiKey.properties.name = { anyOf: [{ type: 'string' }, { type: 'null' }] }),
      unpublished('ProjectApiKey.name null'),
    ],
    [
      'another constant',
      (d) => (d.components.schemas.ApiKeyList.properties.object.const = 'page'),
      unpublished('ApiKeyList.object value page'),
    ],
    [
      'an additional value',
      (d) => d.components.schemas.ProjectServiceAccount.properties.role.enum.push('a'),
      unpublished('ProjectServiceAccount.role value a'),
    ],
    [
      'any value',
      (d) => delete d.components.schemas.ProjectServiceAccount.properties.role.enum,
      missing('ProjectServiceAccount.role value none'),
    ],
    [
      'an untyped field',
      (d) => (d.components.schemas.AdminApiKey.properties.created_at = {}),
      missing('AdminApiKey.created_at type integer'),
    ],
    [
      'another format',
      (d) => delete d.components.schemas.Project.properties.created_at.format,
      missing('Project.created_at format unixtime'),
    ],
    [
      'untyped items',
      (d) => delete d.components.schemas.ProjectListResponse.properties.data.items,
      missing('ProjectListResponse.data[]'),
    ],
    [
      'another object in a list',
      (d) => (d.components.schemas.ProjectApiKeyListResponse.properties.data.items = d.components.schemas.Project),
      missing('ProjectApiKey.owner'),
    ],
    [
      'other details of an event',
      (d) => delete d.components.schemas.AuditLog.properties['group.created'],
      missing('AuditLog.group.created.data'),
    ],
    [
      'a deliberate difference that no longer exists',
      (d) => delete d.components.schemas.ProjectApiKey.properties.expires_at,
      `not a difference, but in scripts/upstream-differences.ts: ${unpublished('ProjectApiKey.expires_at')}`,
    ],
  ])('reports %s', (_description, change, difference) => {
    const changed = getOwnDocument()
    change(changed)
    expect(compare(changed)).toContain(difference)
  })

  test('reports what a slice no longer has', () => {
    for (const path of Object.keys(published.paths)) {
      const { [path]: _, ...paths } = published.paths
      expect(compare(getOwnDocument(), { ...published, paths }).join('\n'), path).toContain(
        ` ${path} is not in the published document`,
      )
    }
  })

  test('compares the models with a whole published document, which has them', () => {
    const { paths: ownPaths, components } = getOwnDocument()
    const whole = {
      paths: { ...published.paths, '/models': ownPaths['/models'] ?? {}, '/files': {} },
      components: { ...published.components, schemas: { ...components.schemas, ...published.components.schemas } },
    }
    expect(compareDocuments(getOwnDocument(), whole).compared).toContain('listModels')
    expect(compare(getOwnDocument(), whole)).toEqual([])
  })
})

test('every deliberate difference is listed once, with its evidence', () => {
  const places = deliberateDifferences.map(({ place }) => place)
  expect(new Set(places).size).toBe(places.length)
  for (const { reason } of deliberateDifferences) expect(reason).toMatch(/^(spec|sdk|sibling|assumed): /)
})
