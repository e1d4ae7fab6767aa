import { checkEqual, checkThat } from '../checks/check-result.ts'
import { hasAnyHeader, hasHeader, hasHeaderFormat, isJson, lacksHeader } from '../checks/header-checks.ts'
import { type Check, succeeds } from '../checks/response-checks.ts'
import { listRequest, type ProbeRequest, retrieveRequest, unknownId, unknownKey } from '../client/requests.ts'
import { type Evidence, type Probe, readProbe, sendAndCheck } from '../probe.ts'

const requestIdFormat = 'req_ and 32 lowercase hexadecimal digits'
const organizationFormat = 'org- and 24 characters A-Z a-z 0-9'

const hasRequestId = hasHeaderFormat('x-request-id', 'req_', /^[0-9a-f]{32}$/, requestIdFormat)
const hasAnyRequestId = hasAnyHeader('x-request-id')
const hasOrganization = hasHeaderFormat('openai-organization', 'org-', /^[A-Za-z0-9]{24}$/, organizationFormat)
const hasVersion = hasHeader('openai-version', '2020-10-01')
const hasProcessingTime = hasHeaderFormat('openai-processing-ms', '', /^\d+$/, 'a number')
const hasChallenge = hasHeader('www-authenticate', 'Bearer realm="OpenAI API"')

const apiHeaders = ['organization', 'version', 'processing-ms']

/** Expects exactly these of the three openai- headers. */
const hasApiHeaders =
  (...expected: string[]): Check =>
  ({ headers }) => {
    const actual = apiHeaders.filter((name) => headers[`openai-${name}`] !== undefined)
    const toText = (names: string[]) => (names.length === 0 ? 'no openai- headers' : `openai- ${names.join(', ')}`)
    return checkEqual(toText(expected), toText(actual))
  }

const lacksRateLimits: Check = ({ headers }) => {
  const ok = !Object.keys(headers).some((name) => name.startsWith('x-ratelimit-'))
  return checkThat(ok, 'no x-ratelimit headers', 'x-ratelimit headers present')
}

const reasonHeader = 'x-emulator-reason'

const unknownKeyRequest = retrieveRequest(unknownId)
const withoutKey = listRequest('', { token: null })
const withWrongKey = listRequest('', { token: unknownKey })

const responseHeader = (name: string, request: ProbeRequest, checks: Check[]): Probe =>
  readProbe(name, 'sibling', sendAndCheck(request, checks))

const acceptedRequest = (name: string, evidence: Evidence, overrides: Partial<ProbeRequest>): Probe =>
  readProbe(name, evidence, sendAndCheck(listRequest('?limit=1', overrides), [succeeds]))

export const headerProbes: Probe[] = [
  responseHeader('header-content-type', listRequest('?limit=1'), [succeeds, isJson]),
  responseHeader('header-request-id', listRequest('?limit=1'), [succeeds, hasRequestId]),
  responseHeader('header-organization', listRequest('?limit=1'), [succeeds, hasOrganization]),
  responseHeader('header-version', listRequest('?limit=1'), [succeeds, hasVersion]),
  responseHeader('header-processing-ms', listRequest('?limit=1'), [succeeds, hasProcessingTime]),
  responseHeader('header-rate-limits', listRequest('?limit=1'), [succeeds, lacksRateLimits]),
  responseHeader('header-on-404', unknownKeyRequest, [isJson, hasAnyRequestId, hasApiHeaders(...apiHeaders)]),
  responseHeader('header-without-key', withoutKey, [isJson, hasAnyRequestId, hasApiHeaders()]),
  responseHeader('header-with-wrong-key', withWrongKey, [
    isJson,
    hasAnyRequestId,
    hasApiHeaders('version', 'processing-ms'),
  ]),
  responseHeader('header-challenge', withoutKey, [hasChallenge]),
  responseHeader('header-challenge-to-wrong-key', withWrongKey, [hasChallenge]),
  readProbe('header-request-id-unique', 'sibling', async (context) => {
    const responses = [await context.send(listRequest('?limit=1')), await context.send(listRequest('?limit=1'))]
    const [first, second] = responses.map(({ headers }) => headers['x-request-id'])
    const ok = first !== undefined && first !== second
    return { results: [checkThat(ok, 'a new x-request-id each time', 'none, or the same')] }
  }),
  readProbe('header-reason', 'emulator', sendAndCheck(unknownKeyRequest, [hasAnyHeader(reasonHeader)])),
  readProbe(
    'header-no-reason',
    'emulator',
    sendAndCheck(listRequest('?limit=1'), [succeeds, lacksHeader(reasonHeader)]),
  ),
  acceptedRequest('accepts-content-type', 'sdk', { headers: { 'content-type': 'application/json' } }),
  acceptedRequest('accepts-stainless-headers', 'sdk', {
    headers: { 'x-stainless-retry-count': '1', 'x-stainless-lang': 'js' },
  }),
  acceptedRequest('accepts-body', 'assumed', { headers: { 'content-type': 'text/plain' }, body: 'not JSON' }),
]
