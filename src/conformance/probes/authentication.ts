import { anyToken } from '../checks/alternatives.ts'
import { fact } from '../checks/check-result.ts'
import { describe } from '../checks/describe.ts'
import { refuses, succeeds } from '../checks/response-checks.ts'
import { type Asked, get, post, remove, retrieve, unknownId, unknownKey } from '../client/client.ts'
import { type Alternative, asks, type Probe, writing } from '../probe.ts'

const unknownShown = `sk-admin${'*'.repeat(15)}6789`
const projectKey = 'sk-proj-conform-0123456789'
const serviceAccountKey = 'sk-svcacct-conform-0123456789'

const stringError: Alternative = {
  turn: { scope_error: 'string' },
  checks: [(answer) => fact(describe(answer) === '403, error a string', '403, error a string', describe(answer))],
}

const missing = refuses({ status: 401, message: 'Missing bearer or basic authentication in header' })

/** The sentence shows the key with its middle left out, a short one whole. */
const incorrect = (shown: string) =>
  refuses({
    status: 401,
    code: 'invalid_api_key',
    message: `Incorrect API key provided: ${shown}. You can find your API key at https://platform.openai.com/account/api-keys.`,
  })

const lacksScope = (scope: 'read' | 'write') =>
  refuses({
    status: 403,
    message: `You have insufficient permissions for this operation. Missing scopes: api.management.${scope}. Check that you have the correct role in your organization, and if you're using a restricted API key, that it has the necessary scopes.`,
  })

const withHeader = (authorization: string): Asked => get('', { as: null, headers: { authorization } })

const wrong = (name: string, as: string, shown: string, evidence: Probe['evidence'] = 'sibling'): Probe => ({
  name,
  evidence,
  run: asks(get('', { as }), [incorrect(shown)], [anyToken()]),
})

export const authentication: Probe[] = [
  { name: 'auth-none', evidence: 'sibling', run: asks(get('', { as: null }), [missing]) },
  { name: 'auth-none-retrieve', evidence: 'sibling', run: asks(retrieve(unknownId, { as: null }), [missing]) },
  writing(
    'auth-none-create',
    'sibling',
    asks((stage) => post({ name: stage.name() }, { as: null }), [missing]),
  ),
  writing('auth-none-delete', 'sibling', asks(remove(unknownId, { as: null }), [missing])),
  { name: 'auth-empty', evidence: 'assumed', run: asks(withHeader('Bearer '), [missing]) },
  { name: 'auth-basic', evidence: 'assumed', run: asks(withHeader('Basic Y29uZm9ybTpjb25mb3Jt'), [missing]) },
  { name: 'auth-lower-case', evidence: 'assumed', run: asks(get('?limit=1', { scheme: 'bearer' }), [succeeds]) },
  { name: 'auth-upper-case', evidence: 'assumed', run: asks(get('?limit=1', { scheme: 'BEARER' }), [succeeds]) },
  wrong('auth-wrong', unknownKey, unknownShown),
  wrong('auth-wrong-of-12', 'conform-1234', 'conform-1234'),
  wrong('auth-wrong-of-13', 'conform-12345', 'conform-*2345'),
  wrong('auth-wrong-with-blanks', 'conform one two', 'conform *** two', 'assumed'),
  {
    name: 'auth-project',
    evidence: 'sibling',
    run: asks(get('', { as: projectKey }), [lacksScope('read')], [stringError, anyToken()]),
  },
  {
    name: 'auth-service-account',
    evidence: 'sibling',
    run: asks(get('', { as: serviceAccountKey }), [lacksScope('read')], [stringError, anyToken()]),
  },
  {
    name: 'auth-project-retrieve',
    evidence: 'sibling',
    run: asks(retrieve(unknownId, { as: projectKey }), [lacksScope('read')], [stringError]),
  },
  writing(
    'auth-project-create',
    'sibling',
    asks((stage) => post({ name: stage.name() }, { as: projectKey }), [lacksScope('write')], [stringError, anyToken()]),
  ),
  writing(
    'auth-project-delete',
    'sibling',
    asks(remove(unknownId, { as: projectKey }), [lacksScope('write')], [stringError]),
  ),
  writing(
    'auth-wrong-create',
    'sibling',
    asks((stage) => post({ name: stage.name() }, { as: unknownKey }), [incorrect(unknownShown)], [anyToken()]),
  ),
]
