import { checkThat } from '../../checks/check-result.ts'
import { describeType } from '../../checks/describe.ts'
import { evaluate } from '../../checks/evaluate.ts'
import { type FieldRule, isNonEmptyText, isTime } from '../../checks/key-checks.ts'
import { hasKeyIds } from '../../checks/list-checks.ts'
import { type Check, hasFields, succeeds } from '../../checks/response-checks.ts'
import {
  deleteRequest,
  getRequest,
  type ProbeRequest,
  postRequest,
  projectPath,
  unknownAccount,
  unknownProject,
} from '../../client/requests.ts'
import { idsOf, keysOf, textAt, valueAt } from '../../client/response.ts'
import { type Evidence, type Probe, readProbe, writeProbe } from '../../probe.ts'
import type { ProbeContext } from '../../probe-context.ts'
import { isMissingName, isTooSmall } from '../create-bodies.ts'
import { isNotFound } from '../errors.ts'
import { isAsListed } from '../key.ts'
import { existingOf, listProbes } from './list-probes.ts'
import { hasFormat, hasText, hasValue, isDeletion, isInvalid } from './object-checks.ts'

const noun = 'service account'
const isRole: FieldRule = (value) => ['owner', 'member', 'none'].includes(value as string)

const accounts = {
  prefix: 'accounts',
  noun,
  path: async (context: ProbeContext) => projectPath(await context.projectToList(), 'service_accounts'),
  unknownId: unknownAccount,
  rules: {
    object: (value: unknown) => value === 'organization.project.service_account',
    id: isNonEmptyText,
    name: isNonEmptyText,
    role: isRole,
    created_at: isTime,
  },
}

const accountFields = Object.keys(accounts.rules)
const keyFields = ['object', 'value', 'name', 'created_at', 'id', 'expires_at']

export const deletionOf = (path: string): ProbeRequest => ({ ...deleteRequest(''), path })

/** The path of accounts of the created project, or of one of them. */
export const accountPath = async (context: ProbeContext, ...ids: string[]): Promise<string> =>
  projectPath((await context.project()).id, 'service_accounts', ...ids)

const created = (name: string, evidence: Evidence, ...checks: Check[]): Probe =>
  writeProbe(name, evidence, async (context) => {
    const [{ response }] = await context.twoAccounts()
    return evaluate(response, [succeeds, ...checks])
  })

/** Sends the body of a create. */
const createWith = (name: string, evidence: Evidence, body: object, checks: Check[], isNamed = true): Probe =>
  writeProbe(name, evidence, async (context) => {
    const named = isNamed ? { name: context.uniqueName(), ...body } : body
    return evaluate(await context.send(postRequest(await accountPath(context), named)), checks)
  })

const hasKeyLifetime =
  (seconds: number): Check =>
  ({ body }) => {
    const [created_at, expires_at] = ['created_at', 'expires_at'].map((field) => valueAt(body, 'api_key', field))
    const ok = Number(expires_at) - Number(created_at) === seconds
    return checkThat(ok, `expires_at after ${seconds} s`, `expires_at ${describeType(expires_at)}`)
  }

export const serviceAccountProbes: Probe[] = [
  ...listProbes(accounts),
  readProbe('account-retrieve', 'spec', async (context) => {
    const [first] = keysOf(await existingOf(accounts, context, 1))
    const path = projectPath(await context.projectToList(), 'service_accounts', textAt(first, 'id'))
    return evaluate(await context.send(getRequest(path)), [succeeds, hasFields(accountFields), isAsListed(first)])
  }),
  readProbe('account-retrieve-unknown', 'assumed', async (context) => {
    const path = projectPath(await context.projectToList(), 'service_accounts', unknownAccount)
    return evaluate(await context.send(getRequest(path)), [isNotFound(unknownAccount, noun)])
  }),
  readProbe('accounts-of-unknown-project', 'assumed', async (context) => {
    const response = await context.send(getRequest(projectPath(unknownProject, 'service_accounts')))
    return evaluate(response, [isNotFound(unknownProject, 'project')])
  }),
  created('account-create', 'spec', hasFields([...accountFields, 'api_key'])),
  created('account-create-key', 'sdk', hasFields(keyFields, 'api_key')),
  created('account-create-role', 'spec', hasValue('role', 'member')),
  created('account-id', 'sibling', hasFormat('user-', 24, 'id')),
  created('account-key-value', 'assumed', hasFormat('sk-svcacct-', 124, 'api_key', 'value')),
  createWith('account-create-only', 'sdk', { create_service_account_only: true }, [
    succeeds,
    hasValue('role', 'none'),
    hasValue('api_key', null),
  ]),
  createWith('account-create-expiring', 'sdk', { expires_in_seconds: 60 }, [succeeds, hasKeyLifetime(60)]),
  createWith('account-create-null', 'sdk', { create_service_account_only: null, expires_in_seconds: null }, [
    succeeds,
    hasValue('role', 'member'),
  ]),
  writeProbe('account-exclusive-fields', 'sdk', async (context) => {
    const body = { name: context.uniqueName(), create_service_account_only: true, expires_in_seconds: 60 }
    const response = await context.send(postRequest(await accountPath(context), body))
    return evaluate(
      response,
      [isInvalid('expires_in_seconds')],
      [{ override: { exclusive_fields: 'ignore' }, checks: [succeeds] }],
    )
  }),
  createWith('account-name-missing', 'sibling', {}, [isMissingName], false),
  createWith('account-expiry-zero', 'sibling', { expires_in_seconds: 0 }, [isTooSmall(0)]),
  writeProbe('account-create-in-unknown-project', 'assumed', async (context) => {
    const path = projectPath(unknownProject, 'service_accounts')
    const response = await context.send(postRequest(path, { name: context.uniqueName() }))
    return evaluate(response, [isNotFound(unknownProject, 'project')])
  }),
  writeProbe('accounts-in-order', 'assumed', async (context) => {
    const [first, second] = await context.twoAccounts()
    const response = await context.send(getRequest(`${await accountPath(context)}?limit=2`))
    return evaluate(response, [succeeds, hasKeyIds([first.id, second.id], 'in the order of creation', noun)])
  }),
  writeProbe('account-update', 'sdk', async (context) => {
    const { id } = await context.createAccount()
    const name = context.uniqueName()
    const response = await context.send(postRequest(await accountPath(context, id), { name, role: 'owner' }))
    return evaluate(response, [succeeds, hasFields(accountFields), hasText('name', name), hasValue('role', 'owner')])
  }),
  writeProbe('account-update-role-unknown', 'sdk', async (context) => {
    const { id } = await context.createAccount()
    const response = await context.send(postRequest(await accountPath(context, id), { role: 'king' }))
    return evaluate(response, [isInvalid('role')])
  }),
  writeProbe('account-delete', 'spec', async (context) => {
    const { id } = await context.createAccount()
    const path = await accountPath(context, id)
    const deleted = await context.send(deletionOf(path))
    const again = await context.send(deletionOf(path))
    const listed = await context.send(getRequest(`${await accountPath(context)}?limit=100`))
    const isUnlisted = checkThat(!idsOf(listed).includes(id), 'not listed', 'still listed')
    const results = [succeeds(deleted), isDeletion('organization.project.service_account.deleted', id)(deleted)]
    return { results: [...results, isNotFound(id, noun)(again), isUnlisted] }
  }),
]
