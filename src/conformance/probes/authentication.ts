import { anyToken } from '../checks/alternatives.ts'
import { checkEqual } from '../checks/check-result.ts'
import { describeResponse } from '../checks/describe.ts'
import type { Alternative } from '../checks/evaluate.ts'
import { isError, succeeds } from '../checks/response-checks.ts'
import {
  createRequest,
  deleteRequest,
  listRequest,
  type ProbeRequest,
  retrieveRequest,
  unknownId,
  unknownKey,
} from '../client/requests.ts'
import { type Evidence, type Probe, readProbe, sendAndCheck, writeProbe } from '../probe.ts'

export const unknownKeyRedacted = `sk-admin${'*'.repeat(15)}6789`
export const projectKey = 'sk-proj-conform-0123456789'
const serviceAccountKey = 'sk-svcacct-conform-0123456789'

export const stringError: Alternative = {
  override: { scope_error: 'string' },
  checks: [(response) => checkEqual('403, error is a string', describeResponse(response))],
}

export const isMissingKey = isError({ status: 401, message: 'Missing bearer or basic authentication in header' })

/** The message shows the key with its middle masked, or all of it if it is short. */
export const isIncorrectKey = (redacted: string) =>
  isError({
    status: 401,
    code: 'invalid_api_key',
    message: `Incorrect API key provided: ${redacted}. You can find your API key at https://platform.openai.com/account/api-keys.`,
  })

export const isMissingScope = (scope: 'management.read' | 'management.write' | 'model.read') =>
  isError({
    status: 403,
    message: `You have insufficient permissions for this operation. Missing scopes: api.${scope}. Check that you have the correct role in your organization, and if you're using a restricted API key, that it has the necessary scopes.`,
  })

const mismatchedOrganization: Alternative = {
  override: { organization_header: 'check' },
  checks: [
    isError({
      status: 401,
      code: 'mismatched_organization',
      message: 'OpenAI-Organization header should match organization for API key',
    }),
  ],
}

const withAuthorization = (authorization: string): ProbeRequest =>
  listRequest('', { token: null, headers: { authorization } })

const wrongKey = (name: string, token: string, redacted: string, evidence: Evidence = 'sibling'): Probe =>
  readProbe(name, evidence, sendAndCheck(listRequest('', { token }), [isIncorrectKey(redacted)], [anyToken()]))

export const authenticationProbes: Probe[] = [
  readProbe('auth-missing', 'sibling', sendAndCheck(listRequest('', { token: null }), [isMissingKey])),
  readProbe(
    'auth-missing-retrieve',
    'sibling',
    sendAndCheck(retrieveRequest(unknownId, { token: null }), [isMissingKey]),
  ),
  writeProbe(
    'auth-missing-create',
    'sibling',
    sendAndCheck((context) => createRequest({ name: context.uniqueName() }, { token: null }), [isMissingKey]),
  ),
  writeProbe('auth-missing-delete', 'sibling', sendAndCheck(deleteRequest(unknownId, { token: null }), [isMissingKey])),
  readProbe('auth-empty', 'assumed', sendAndCheck(withAuthorization('Bearer '), [isMissingKey])),
  readProbe('auth-basic', 'assumed', sendAndCheck(withAuthorization('Basic Y29uZm9ybTpjb25mb3Jt'), [isMissingKey])),
  readProbe(
    'auth-lowercase-scheme',
    'assumed',
    sendAndCheck(listRequest('?limit=1', { scheme: 'bearer' }), [succeeds]),
  ),
  readProbe(
    'auth-uppercase-scheme',
    'assumed',
    sendAndCheck(listRequest('?limit=1', { scheme: 'BEARER' }), [succeeds]),
  ),
  readProbe(
    'auth-foreign-organization',
    'assumed',
    sendAndCheck(
      listRequest('?limit=1', { headers: { 'openai-organization': 'org-conform' } }),
      [succeeds],
      [mismatchedOrganization],
    ),
  ),
  wrongKey('auth-wrong', unknownKey, unknownKeyRedacted),
  wrongKey('auth-wrong-12-characters', 'conform-1234', 'conform-1234'),
  wrongKey('auth-wrong-13-characters', 'conform-12345', 'conform-*2345'),
  wrongKey('auth-wrong-with-spaces', 'conform one two', 'conform *** two', 'assumed'),
  readProbe(
    'auth-project',
    'sibling',
    sendAndCheck(
      listRequest('', { token: projectKey }),
      [isMissingScope('management.read')],
      [stringError, anyToken()],
    ),
  ),
  readProbe(
    'auth-service-account',
    'sibling',
    sendAndCheck(
      listRequest('', { token: serviceAccountKey }),
      [isMissingScope('management.read')],
      [stringError, anyToken()],
    ),
  ),
  readProbe(
    'auth-project-retrieve',
    'sibling',
    sendAndCheck(retrieveRequest(unknownId, { token: projectKey }), [isMissingScope('management.read')], [stringError]),
  ),
  writeProbe(
    'auth-project-create',
    'sibling',
    sendAndCheck(
      (context) => createRequest({ name: context.uniqueName() }, { token: projectKey }),
      [isMissingScope('management.write')],
      [stringError, anyToken()],
    ),
  ),
  writeProbe(
    'auth-project-delete',
    'sibling',
    sendAndCheck(deleteRequest(unknownId, { token: projectKey }), [isMissingScope('management.write')], [stringError]),
  ),
  writeProbe(
    'auth-wrong-create',
    'sibling',
    sendAndCheck(
      (context) => createRequest({ name: context.uniqueName() }, { token: unknownKey }),
      [isIncorrectKey(unknownKeyRedacted)],
      [anyToken()],
    ),
  ),
]
