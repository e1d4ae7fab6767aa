import { fact } from '../checks/check-result.ts'
import { type Check, hasHeader, hasHeaderLike, isJson, lacksHeader, succeeds } from '../checks/response-checks.ts'
import { type Asked, get, retrieve, unknownId, unknownKey } from '../client/client.ts'
import { asks, type Probe } from '../probe.ts'

const hasRequestId = hasHeaderLike('x-request-id', 'req_', /^[0-9a-f]{32}$/, 'req_ and 32 hexadecimal digits')
const hasAnyRequestId: Check = ({ headers }) =>
  fact(headers['x-request-id'] !== undefined, 'x-request-id', 'no x-request-id')
const hasOrganization = hasHeaderLike('openai-organization', 'org-', /^[A-Za-z0-9]{24}$/, 'org- and 24 characters')
const hasVersion = hasHeader('openai-version', '2020-10-01')
const hasTime = hasHeaderLike('openai-processing-ms', '', /^\d+$/, 'a number')
const hasChallenge = hasHeader('www-authenticate', 'Bearer realm="OpenAI API"')

const identity = ['organization', 'version', 'processing-ms']

/** Of the three headers that tell of the API, exactly those named. */
const tells =
  (...names: string[]): Check =>
  ({ headers }) => {
    const told = identity.filter((name) => headers[`openai-${name}`] !== undefined)
    const list = (texts: string[]) => (texts.length === 0 ? 'no openai-' : `openai- ${texts.join(', ')}`)
    return { expected: list(names), seen: list(told) }
  }

const lacksRateLimits: Check = ({ headers }) => {
  const isSo = !Object.keys(headers).some((name) => name.startsWith('x-ratelimit-'))
  return fact(isSo, 'no x-ratelimit headers', 'with x-ratelimit headers')
}

const lacksReason = lacksHeader('x-emulator-reason')
const hasReason: Check = ({ headers }) =>
  fact(headers['x-emulator-reason'] !== undefined, 'x-emulator-reason', 'no x-emulator-reason')

const unknown = retrieve(unknownId)
const withoutKey = get('', { as: null })
const withWrongKey = get('', { as: unknownKey })

const answered = (name: string, asked: Asked, checks: Check[]): Probe => ({
  name,
  evidence: 'sibling',
  run: asks(asked, checks),
})

const sent = (name: string, evidence: Probe['evidence'], more: Partial<Asked>): Probe => ({
  name,
  evidence,
  run: asks(get('?limit=1', more), [succeeds]),
})

export const headers: Probe[] = [
  answered('header-content-type', get('?limit=1'), [succeeds, isJson]),
  answered('header-request-id', get('?limit=1'), [succeeds, hasRequestId]),
  answered('header-organization', get('?limit=1'), [succeeds, hasOrganization]),
  answered('header-version', get('?limit=1'), [succeeds, hasVersion]),
  answered('header-processing-ms', get('?limit=1'), [succeeds, hasTime]),
  answered('header-rate-limits', get('?limit=1'), [succeeds, lacksRateLimits]),
  answered('header-on-404', unknown, [isJson, hasAnyRequestId, tells(...identity)]),
  answered('header-without-key', withoutKey, [isJson, hasAnyRequestId, tells()]),
  answered('header-with-wrong-key', withWrongKey, [isJson, hasAnyRequestId, tells('version', 'processing-ms')]),
  answered('header-challenge', withoutKey, [hasChallenge]),
  answered('header-challenge-to-wrong-key', withWrongKey, [hasChallenge]),
  {
    name: 'header-request-id-new',
    evidence: 'sibling',
    async run(stage) {
      const answers = [await stage.ask(get('?limit=1')), await stage.ask(get('?limit=1'))]
      const [one, two] = answers.map((answer) => answer.headers['x-request-id'])
      return { facts: [fact(one !== undefined && one !== two, 'another x-request-id each time', 'none, or the same')] }
    },
  },
  { name: 'header-reason', evidence: 'ours', run: asks(unknown, [hasReason]) },
  { name: 'header-no-reason', evidence: 'ours', run: asks(get('?limit=1'), [succeeds, lacksReason]) },
  sent('sends-content-type', 'sdk', { headers: { 'content-type': 'application/json' } }),
  sent('sends-stainless', 'sdk', { headers: { 'x-stainless-retry-count': '1', 'x-stainless-lang': 'js' } }),
  sent('sends-body', 'assumed', { headers: { 'content-type': 'text/plain' }, body: 'no JSON' }),
]
