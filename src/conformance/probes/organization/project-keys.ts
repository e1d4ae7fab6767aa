import { anyToken } from '../../checks/alternatives.ts'
import { checkThat } from '../../checks/check-result.ts'
import { type Alternative, evaluate } from '../../checks/evaluate.ts'
import { type FieldRule, isNonEmptyText, isTime, isTimeOrNull } from '../../checks/key-checks.ts'
import { type Check, hasFields, isError, succeeds } from '../../checks/response-checks.ts'
import { getRequest, listRequest, postRequest, projectPath, unknownId, unknownProject } from '../../client/requests.ts'
import { idsOf, isObject, keysOf, textAt, valueAt } from '../../client/response.ts'
import { type Probe, readProbe, writeProbe } from '../../probe.ts'
import type { CreatedAccount, ProbeContext } from '../../probe-context.ts'
import { isMissingScope, stringError } from '../authentication.ts'
import { isTooSmall, isWrongType } from '../create-bodies.ts'
import { expiresAfter, isDocumentedRedaction, isMaskedValue, lacksValue } from '../creation.ts'
import { isNotFound } from '../errors.ts'
import { isAsListed, isMasked, redactedValueMatches } from '../key.ts'
import { existingOf, listProbes } from './list-probes.ts'
import { everyItemHas, hasInteger, hasText, hasValue, isDeletion, isInvalid } from './object-checks.ts'
import { accountPath, deletionOf } from './service-accounts.ts'

const noun = 'project API key'
const isAccess: FieldRule = (value) => value === 'active' || value === 'inactive'

const keys = {
  prefix: 'project-keys',
  noun,
  path: async (context: ProbeContext) => projectPath(await context.projectToList(), 'api_keys'),
  unknownId,
  rules: {
    object: (value: unknown) => value === 'organization.project.api_key',
    redacted_value: isNonEmptyText,
    name: isNonEmptyText,
    created_at: isTime,
    last_used_at: isTimeOrNull,
    id: isNonEmptyText,
    expires_at: isTimeOrNull,
    owner_project_access: isAccess,
    owner: (value: unknown) => isObject(value) && !Array.isArray(value),
  },
}

const keyFields = Object.keys(keys.rules)
const createdKeyFields = ['object', 'value', 'name', 'created_at', 'id', 'expires_at']

const keyPathOf = async (context: ProbeContext, id: string): Promise<string> =>
  projectPath((await context.project()).id, 'api_keys', id)

/** Sends a create of a key of a created account. */
async function createKey(context: ProbeContext, body: object) {
  const [account] = await context.twoAccounts()
  return context.send(postRequest(await accountPath(context, account.id, 'api_keys'), body))
}

/** Updates the key of a new account. */
const updateKey = (name: string, body: object, checks: Check[]): Probe =>
  writeProbe(name, 'sdk', async (context) => {
    const { keyId } = await context.createAccount()
    return evaluate(await context.send(postRequest(await keyPathOf(context, keyId), body)), checks)
  })

const isOwnedBy =
  ({ id, response }: CreatedAccount): Check =>
  ({ body }) => {
    const owner = valueAt(body, 'owner')
    const { name, created_at, role } = response.body as Record<string, unknown>
    const expected = { type: 'service_account', service_account: { id, name, created_at, role } }
    return checkThat(
      JSON.stringify(owner) === JSON.stringify(expected),
      'the service account as owner',
      'a different owner',
    )
  }

const rejectsDeletion: Alternative = {
  override: { service_account_key_delete: 'reject' },
  checks: [isError({ status: 400, code: 'service_account_key' })],
}

export const projectKeyProbes: Probe[] = [
  ...listProbes(keys),
  readProbe('project-keys-redacted-value', 'spec', async (context) =>
    evaluate(
      await existingOf(keys, context, 1),
      [succeeds, redactedValueMatches(/^.{8}\.\.\..{3}$/s, '8 characters ... 3 characters')],
      [isMasked],
    ),
  ),
  ...['active', 'inactive'].map((access) =>
    readProbe(`project-keys-access-${access}`, 'sdk', async (context) => {
      await existingOf(keys, context, 1)
      const path = await keys.path(context)
      const response = await context.send(getRequest(`${path}?limit=100&owner_project_access=${access}`))
      return evaluate(response, [succeeds, everyItemHas('owner_project_access', [access], `only ${access}`)])
    }),
  ),
  readProbe('project-keys-access-unknown', 'assumed', async (context) => {
    const response = await context.send(getRequest(`${await keys.path(context)}?owner_project_access=some`))
    return evaluate(response, [isInvalid('owner_project_access')])
  }),
  readProbe('project-key-retrieve', 'spec', async (context) => {
    const [first] = keysOf(await existingOf(keys, context, 1))
    const path = projectPath(await context.projectToList(), 'api_keys', textAt(first, 'id'))
    return evaluate(await context.send(getRequest(path)), [succeeds, hasFields(keyFields), isAsListed(first)])
  }),
  readProbe('project-key-retrieve-unknown', 'assumed', async (context) => {
    const path = projectPath(await context.projectToList(), 'api_keys', unknownId)
    return evaluate(await context.send(getRequest(path)), [isNotFound(unknownId, noun)])
  }),
  readProbe('project-keys-of-unknown-project', 'assumed', async (context) => {
    const response = await context.send(getRequest(projectPath(unknownProject, 'api_keys')))
    return evaluate(response, [isNotFound(unknownProject, 'project')])
  }),
  writeProbe('project-key-create', 'spec', async (context) => {
    const name = context.uniqueName()
    const response = await createKey(context, { name, scopes: ['api.all.read'], expires_in_seconds: 60 })
    return evaluate(response, [succeeds, hasFields(createdKeyFields), hasText('name', name), expiresAfter(60)])
  }),
  writeProbe('project-key-create-empty', 'sdk', async (context) =>
    evaluate(await createKey(context, {}), [succeeds, hasValue('expires_at', null)]),
  ),
  writeProbe('project-key-create-expiry-zero', 'sibling', async (context) =>
    evaluate(await createKey(context, { expires_in_seconds: 0 }), [isTooSmall(0)]),
  ),
  writeProbe('project-key-owner', 'spec', async (context) => {
    const account = await context.createAccount()
    const response = await context.send(getRequest(await keyPathOf(context, account.keyId)))
    return evaluate(response, [succeeds, hasValue('owner_project_access', 'active'), isOwnedBy(account)])
  }),
  writeProbe('project-key-redacted-value', 'spec', async (context) => {
    const [{ keyId, value }] = await context.twoAccounts()
    const response = await context.send(getRequest(await keyPathOf(context, keyId)))
    return evaluate(response, [succeeds, isDocumentedRedaction(value), lacksValue(value)], [isMaskedValue(value)])
  }),
  updateKey('project-key-update', { expires_in_seconds: 60 }, [
    succeeds,
    hasFields(keyFields),
    hasInteger('expires_at'),
  ]),
  updateKey('project-key-update-empty', {}, [
    isError({ status: 400, param: 'scopes', code: 'missing_required_parameter' }),
  ]),
  updateKey('project-key-update-null', { scopes: null }, [isWrongType('scopes', 'an array', 'null')]),
  writeProbe('project-key-delete', 'sdk', async (context) => {
    const { keyId } = await context.createAccount()
    const response = await context.send(deletionOf(await keyPathOf(context, keyId)))
    return evaluate(response, [succeeds, isDeletion('organization.project.api_key.deleted', keyId)], [rejectsDeletion])
  }),
  writeProbe('project-key-in-admin-list', 'assumed', async (context) => {
    const [{ keyId }] = await context.twoAccounts()
    const listed = await context.send(listRequest('?order=desc&limit=100'))
    const isAbsent: Check = (response) =>
      checkThat(!idsOf(response).includes(keyId), 'not in the list of admin keys', 'in the list of admin keys')
    const isPresent: Check = (response) => checkThat(idsOf(response).includes(keyId), 'listed', 'not listed')
    return evaluate(listed, [succeeds, isAbsent], [{ override: { listed_keys: 'all' }, checks: [succeeds, isPresent] }])
  }),
  writeProbe('project-key-on-admin-route', 'sibling', async (context) => {
    const [{ value }] = await context.twoAccounts()
    const response = await context.send(listRequest('', { token: value }))
    return evaluate(response, [isMissingScope('management.read')], [stringError, anyToken()])
  }),
]
