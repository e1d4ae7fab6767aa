import { checkEqual, checkThat } from '../../checks/check-result.ts'
import { safeWord } from '../../checks/describe.ts'
import { evaluate } from '../../checks/evaluate.ts'
import { isNonEmptyText, isTime } from '../../checks/key-checks.ts'
import { hasKeyCount, hasKeyIds } from '../../checks/list-checks.ts'
import { type Check, succeeds } from '../../checks/response-checks.ts'
import {
  auditLogsPath,
  getRequest,
  postRequest,
  projectPath,
  projectsPath,
  unknownEvent,
} from '../../client/requests.ts'
import { idsOf, isObject, keysOf, textAt, valueAt } from '../../client/response.ts'
import { type Evidence, type Probe, readProbe, sendAndCheck, writeProbe } from '../../probe.ts'
import type { ProbeContext } from '../../probe-context.ts'
import { isWrongType } from '../create-bodies.ts'
import { existingOf, listProbes } from './list-probes.ts'
import { everyItemHas, isInvalid, isNotBoolean } from './object-checks.ts'

const events = {
  prefix: 'audit',
  noun: 'event',
  path: () => auditLogsPath,
  unknownId: unknownEvent,
  rules: {
    id: isNonEmptyText,
    type: isNonEmptyText,
    effective_at: isTime,
  },
}

/** Events have the field of their type, and optional ones. */
const hasDetails: Check = (response) => {
  const wrong = keysOf(response).find((event) => !isObject(valueAt(event, textAt(event, 'type'))))
  return checkThat(wrong === undefined, 'details under the name of the type', 'no details')
}

const isNewestFirst: Check = (response) => {
  const times = keysOf(response).map((event) => Number(valueAt(event, 'effective_at')))
  const isDescending = times.every((time, n) => n === 0 || time <= (times[n - 1] ?? time))
  return checkThat(isDescending, 'newest first', 'in a different order')
}

/** Sends a query that is made from the newest event. */
const filtered = (
  name: string,
  evidence: Evidence,
  queryOf: (event: unknown) => string,
  checkOf: (event: unknown) => Check,
): Probe =>
  readProbe(name, evidence, async (context) => {
    const [newest] = keysOf(await existingOf(events, context, 1))
    const response = await context.send(getRequest(`${auditLogsPath}?limit=100&${queryOf(newest)}`))
    return evaluate(response, [succeeds, checkOf(newest)])
  })

const isNotEmpty: Check = (response) => checkThat(keysOf(response).length > 0, 'not empty', 'empty')

/** Expects the newest event of each of these types about an object, and no others. */
const hasTypes =
  (...types: string[]): Check =>
  (response) => {
    const actual = keysOf(response).map((event) => safeWord(valueAt(event, 'type')))
    return checkEqual(`events ${types.join(', ')}`, `events ${actual.join(', ')}`)
  }

const eventsAbout = (id: string) => getRequest(`${auditLogsPath}?resource_ids[]=${encodeURIComponent(id)}`)

const withEvents = (value: 'tenant' | 'both', ...types: string[]) => ({
  override: { admin_key_events: value },
  checks: [succeeds, hasTypes(...types)],
})

const namesProject =
  (id: string, expected: string): Check =>
  (response) =>
    checkThat(textAt(keysOf(response)[0], 'project', 'id') === id, expected, 'another project')

async function defaultProjectOf(context: ProbeContext): Promise<string> {
  return idsOf(await context.existingItems(projectsPath))[0] ?? ''
}

// The fields of events differ by type, so their order is not checked.
export const auditLogProbes: Probe[] = [
  ...listProbes(events).filter(({ name }) => name !== 'audit-fields'),
  readProbe('audit-details', 'spec', async (context) => evaluate(await existingOf(events, context, 1), [hasDetails])),
  readProbe('audit-newest-first', 'assumed', async (context) =>
    evaluate(await existingOf(events, context, 2), [isNewestFirst]),
  ),
  readProbe('audit-before', 'spec', async (context) => {
    const [first, second] = idsOf(await existingOf(events, context, 2))
    const path = `${auditLogsPath}?before=${encodeURIComponent(second ?? '')}`
    return evaluate(await context.send(getRequest(path)), [
      succeeds,
      hasKeyIds([first ?? ''], 'the newer event', 'event'),
    ])
  }),
  readProbe(
    'audit-before-unknown',
    'assumed',
    sendAndCheck(getRequest(`${auditLogsPath}?before=${unknownEvent}`), [isInvalid('before')]),
  ),
  readProbe(
    'audit-type-unknown',
    'assumed',
    sendAndCheck(getRequest(`${auditLogsPath}?event_types[]=conform.unknown`), [isInvalid('event_types')]),
  ),
  readProbe(
    'audit-time-word',
    'sibling',
    sendAndCheck(getRequest(`${auditLogsPath}?effective_at[gt]=abc`), [
      isWrongType('effective_at[gt]', 'an integer', 'a string'),
    ]),
  ),
  readProbe(
    'audit-tenant-word',
    'assumed',
    sendAndCheck(getRequest(`${auditLogsPath}?tenant_only=yes`), [isNotBoolean('tenant_only')]),
  ),
  readProbe('audit-filter-without-match', 'spec', async (context) => {
    await existingOf(events, context, 1)
    const path = `${auditLogsPath}?resource_ids[]=conform-unknown`
    return evaluate(await context.send(getRequest(path)), [succeeds, hasKeyCount(0, 'event')])
  }),
  filtered(
    'audit-filter-type',
    'spec',
    (event) => `event_types[]=${encodeURIComponent(textAt(event, 'type'))}`,
    (event) => everyItemHas('type', [valueAt(event, 'type')], 'only that type'),
  ),
  filtered(
    'audit-filter-time',
    'spec',
    (event) => `effective_at[lte]=${valueAt(event, 'effective_at')}`,
    () => isNotEmpty,
  ),
  filtered(
    'audit-filter-later',
    'spec',
    (event) => `effective_at[gt]=${valueAt(event, 'effective_at')}`,
    () => hasKeyCount(0, 'event'),
  ),
  writeProbe('audit-admin-key', 'assumed', async (context) => {
    const { id } = await context.sampleKey()
    const [key, tenant] = ['api_key.created', 'tenant.admin_api_key.created']
    return evaluate(
      await context.send(eventsAbout(id)),
      [succeeds, hasTypes(key)],
      [withEvents('tenant', tenant), withEvents('both', tenant, key)],
    )
  }),
  writeProbe('audit-account', 'assumed', async (context) => {
    const { id, keyId } = await context.createAccount()
    const account = await context.send(eventsAbout(id))
    const key = await context.send(eventsAbout(keyId))
    return { results: [hasTypes('service_account.created')(account), hasKeyCount(0, 'event about its key')(key)] }
  }),
  writeProbe('audit-project', 'spec', async (context) => {
    const [{ id }] = await context.twoAccounts()
    const [created, defaultProject] = [await context.project(), await defaultProjectOf(context)]
    const isDefault = namesProject(defaultProject, 'the first project of the list')
    const isOwn = namesProject(created.id, 'its own project')
    return evaluate(
      await context.send(eventsAbout(id)),
      [succeeds, isDefault],
      [{ override: { audit_project: 'own' }, checks: [succeeds, isOwn] }],
    )
  }),
  writeProbe('audit-rejected-write', 'assumed', async (context) => {
    const { id } = await context.createAccount()
    const path = projectPath((await context.project()).id, 'service_accounts', id)
    await context.send(postRequest(path, { role: 'king' }))
    return evaluate(await context.send(eventsAbout(id)), [succeeds, hasTypes('service_account.created')])
  }),
]
