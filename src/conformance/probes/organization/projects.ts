import { anyToken, emptyForUnknownRoute } from '../../checks/alternatives.ts'
import { checkThat } from '../../checks/check-result.ts'
import { evaluate } from '../../checks/evaluate.ts'
import { isJson } from '../../checks/header-checks.ts'
import { type FieldRule, isNonEmptyText, isTextOrNull, isTime, isTimeOrNull } from '../../checks/key-checks.ts'
import { type Check, hasFields, isCompact, isError, succeeds } from '../../checks/response-checks.ts'
import { getRequest, postRequest, projectPath, projectsPath, unknownProject } from '../../client/requests.ts'
import { idsOf, keysOf, textAt } from '../../client/response.ts'
import { type Evidence, type Probe, readProbe, sendAndCheck, writeProbe } from '../../probe.ts'
import type { ProbeContext } from '../../probe-context.ts'
import { isMissingScope, projectKey, stringError } from '../authentication.ts'
import { isMissingName, isWrongType } from '../create-bodies.ts'
import { isMethodNotAllowed, isNotFound } from '../errors.ts'
import { isAsListed } from '../key.ts'
import { existingOf, listProbes } from './list-probes.ts'
import { everyItemHas, hasFormat, hasText, hasValue, isInvalid, isNotBoolean } from './object-checks.ts'

const isStatus: FieldRule = (value) => value === 'active' || value === 'archived'

const projects = {
  prefix: 'projects',
  noun: 'project',
  path: () => projectsPath,
  unknownId: unknownProject,
  rules: {
    id: isNonEmptyText,
    object: (value: unknown) => value === 'organization.project',
    name: isTextOrNull,
    created_at: isTime,
    archived_at: isTimeOrNull,
    status: isStatus,
    external_key_id: isTextOrNull,
    residency: isNonEmptyText,
  },
}

const projectFields = Object.keys(projects.rules)

/** Expects a list to have all ids of another one, in the same order. */
const includesIds =
  (ids: readonly string[]): Check =>
  (response) => {
    const listed = idsOf(response).filter((id) => ids.includes(id))
    return checkThat(
      listed.join('\n') === ids.join('\n'),
      'all active projects in the same order',
      'not all, or in another order',
    )
  }

const created = (name: string, evidence: Evidence, ...checks: Check[]): Probe =>
  writeProbe(name, evidence, async (context) => evaluate((await context.project()).response, [succeeds, ...checks]))

const rejectedBody = (
  name: string,
  evidence: Evidence,
  bodyOf: (context: ProbeContext) => unknown,
  check: Check,
): Probe =>
  writeProbe(
    name,
    evidence,
    sendAndCheck((context) => postRequest(projectsPath, bodyOf(context)), [check]),
  )

export const projectProbes: Probe[] = [
  ...listProbes(projects),
  readProbe('projects-active', 'spec', async (context) =>
    evaluate(await existingOf(projects, context, 1), [everyItemHas('status', ['active'], 'only active projects')]),
  ),
  readProbe('projects-include-archived', 'spec', async (context) => {
    const active = idsOf(await existingOf(projects, context, 1))
    const all = await context.send(getRequest(`${projectsPath}?limit=100&include_archived=true`))
    // Beyond the first page, archived projects may take the place of active ones.
    return evaluate(all, [succeeds, includesIds(idsOf(all).length === 100 ? active.slice(0, 1) : active)])
  }),
  readProbe(
    'projects-include-archived-word',
    'assumed',
    sendAndCheck(getRequest(`${projectsPath}?include_archived=yes`), [isNotBoolean('include_archived')]),
  ),
  readProbe('project-retrieve', 'spec', async (context) => {
    const [first] = keysOf(await existingOf(projects, context, 1))
    const response = await context.send(getRequest(projectPath(textAt(first, 'id'))))
    return evaluate(response, [succeeds, hasFields(projectFields), isAsListed(first)])
  }),
  readProbe(
    'project-retrieve-unknown',
    'assumed',
    sendAndCheck(getRequest(projectPath(unknownProject)), [isNotFound(unknownProject, 'project')]),
  ),
  readProbe(
    'project-method-options',
    'sibling',
    sendAndCheck(
      { method: 'OPTIONS', path: projectPath(unknownProject) },
      (context) => isMethodNotAllowed(context, 'OPTIONS', projectPath(unknownProject), 'GET, POST'),
      [emptyForUnknownRoute],
    ),
  ),
  created('project-create', 'spec', hasFields(projectFields), isJson, isCompact),
  created(
    'project-create-defaults',
    'spec',
    hasValue('archived_at', null),
    hasValue('status', 'active'),
    hasValue('external_key_id', null),
  ),
  created('project-create-residency', 'assumed', hasText('residency', 'GLOBAL')),
  created('project-id', 'assumed', hasFormat('proj_', 24, 'id')),
  rejectedBody('project-name-missing', 'sibling', () => ({}), isMissingName),
  rejectedBody('project-name-integer', 'sibling', () => ({ name: 5 }), isWrongType('name', 'a string', 'an integer')),
  rejectedBody(
    'project-residency-unknown',
    'spec',
    (context) => ({ name: context.uniqueName(), residency: 'MOON' }),
    isInvalid('residency'),
  ),
  writeProbe(
    'project-exclusive-fields',
    'assumed',
    sendAndCheck(
      (context) => postRequest(projectsPath, { name: context.uniqueName(), residency: 'GLOBAL', geography: 'EU' }),
      [isInvalid('geography')],
      [{ override: { exclusive_fields: 'ignore' }, checks: [succeeds] }],
    ),
  ),
  writeProbe(
    'project-auth-project',
    'sibling',
    sendAndCheck(
      (context) => postRequest(projectsPath, { name: context.uniqueName() }, { token: projectKey }),
      [isMissingScope('management.write')],
      [stringError, anyToken()],
    ),
  ),
  writeProbe('project-modify', 'spec', async (context) => {
    const { id } = await context.project()
    const name = context.uniqueName()
    const response = await context.send(postRequest(projectPath(id), { name }))
    return evaluate(response, [succeeds, hasFields(projectFields), hasText('name', name)])
  }),
  writeProbe(
    'project-modify-unknown',
    'assumed',
    sendAndCheck(postRequest(projectPath(unknownProject), {}), [isNotFound(unknownProject, 'project')]),
  ),
  // The empty body changes nothing on a server that accepts it.
  writeProbe('project-modify-default', 'spec', async (context) => {
    const [first] = idsOf(await existingOf(projects, context, 1))
    const response = await context.send(postRequest(projectPath(first ?? ''), {}))
    return evaluate(response, [isError({ status: 400, code: 'default_project' })])
  }),
]
