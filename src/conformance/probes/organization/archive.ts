import { anyToken } from '../../checks/alternatives.ts'
import { checkThat } from '../../checks/check-result.ts'
import { evaluate } from '../../checks/evaluate.ts'
import { type Check, isError, succeeds } from '../../checks/response-checks.ts'
import {
  getRequest,
  type ProbeRequest,
  postRequest,
  projectPath,
  projectsPath,
  unknownProject,
} from '../../client/requests.ts'
import { idsOf, keysOf, textAt, valueAt } from '../../client/response.ts'
import { type Evidence, type Probe, sendAndCheck, writeProbe } from '../../probe.ts'
import type { ProbeContext } from '../../probe-context.ts'
import { isNotFound } from '../errors.ts'
import { isInvalidKey } from '../lifecycle.ts'
import { isEmptyList } from '../list.ts'
import { hasInteger, hasValue } from './object-checks.ts'

// These probes come last, because they archive the project that all others use.

const isArchived = isError({ status: 400, code: 'project_archived' })

/** Archives the created project, if it is not, and returns the response and its id. */
async function archive(context: ProbeContext) {
  // Its first key and account exist before.
  const [account] = await context.twoAccounts()
  const { id } = await context.project()
  return { id, account, response: await context.send(postRequest(projectPath(id, 'archive'), {})) }
}

const afterArchival = (
  name: string,
  evidence: Evidence,
  requestOf: (id: string, accountId: string) => ProbeRequest,
  checksOf: (accountId: string) => Check[],
): Probe =>
  writeProbe(name, evidence, async (context) => {
    const { id, account, response } = await archive(context)
    succeeds(response)
    return evaluate(await context.send(requestOf(id, account.id)), checksOf(account.id))
  })

export const archiveProbes: Probe[] = [
  writeProbe(
    'archive-unknown',
    'assumed',
    sendAndCheck(postRequest(projectPath(unknownProject, 'archive'), {}), [isNotFound(unknownProject, 'project')]),
  ),
  writeProbe('archive', 'spec', async (context) => {
    const { response } = await archive(context)
    return evaluate(response, [succeeds, hasValue('status', 'archived'), hasInteger('archived_at')])
  }),
  writeProbe('archive-again', 'assumed', async (context) => {
    const first = (await archive(context)).response
    const second = (await archive(context)).response
    const isSame = valueAt(first.body, 'archived_at') === valueAt(second.body, 'archived_at')
    return { results: [succeeds(second), checkThat(isSame, 'the same archived_at', 'another archived_at')] }
  }),
  afterArchival(
    'archive-retrieve',
    'assumed',
    (id) => getRequest(projectPath(id)),
    () => [succeeds, hasValue('status', 'archived')],
  ),
  afterArchival(
    'archive-modify',
    'spec',
    (id) => postRequest(projectPath(id), {}),
    () => [isArchived],
  ),
  afterArchival(
    'archive-list-accounts',
    'spec',
    (id) => getRequest(projectPath(id, 'service_accounts')),
    () => [isArchived],
  ),
  afterArchival(
    'archive-create-account',
    'spec',
    (id) => postRequest(projectPath(id, 'service_accounts'), { name: 'conform' }),
    () => [isArchived],
  ),
  afterArchival(
    'archive-retrieve-account',
    'assumed',
    (id, accountId) => getRequest(projectPath(id, 'service_accounts', accountId)),
    (accountId) => [isNotFound(accountId, 'service account')],
  ),
  afterArchival(
    'archive-list-keys',
    'assumed',
    (id) => getRequest(projectPath(id, 'api_keys')),
    () => [succeeds, isEmptyList],
  ),
  writeProbe('archive-ends-authentication', 'assumed', async (context) => {
    const { account, response } = await archive(context)
    succeeds(response)
    return evaluate(await context.send(getRequest('/models', { token: account.value })), [isInvalidKey], [anyToken()])
  }),
  writeProbe('archive-hides-project', 'spec', async (context) => {
    const { id, response } = await archive(context)
    succeeds(response)
    const active = await context.send(getRequest(`${projectsPath}?limit=100`))
    return { results: [succeeds(active), checkThat(!idsOf(active).includes(id), 'not listed', 'still listed')] }
  }),
  writeProbe('archive-event', 'assumed', async (context) => {
    const { id } = await archive(context)
    const listed = await context.send(getRequest(`/organization/audit_logs?resource_ids[]=${encodeURIComponent(id)}`))
    const types = keysOf(listed).map((event) => textAt(event, 'type'))
    const archivals = types.filter((type) => type === 'project.archived')
    return {
      results: [
        succeeds(listed),
        checkThat(archivals.length === 1, 'one event project.archived', `${archivals.length} of them`),
      ],
    }
  }),
]
