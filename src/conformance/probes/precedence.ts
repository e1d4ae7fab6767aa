import { anyToken, emptyForUnknown } from '../checks/alternatives.ts'
import { hasHeader, refuses } from '../checks/response-checks.ts'
import { get, keysPath, post, retrieve, unknownId, unknownKey } from '../client/client.ts'
import { asks, type Probe, writing } from '../probe.ts'

// What is wrong with a request in two ways tells what is looked at first.

const wrongKey = { as: unknownKey }

const isWrongKey = refuses({ status: 401, code: 'invalid_api_key' })
const isUnknown = refuses({ status: 404, code: 'not_found' })
const isWrongLimit = refuses({ status: 400, param: 'limit', code: 'invalid_type' })
const isWrongOrder = refuses({ status: 400, param: 'order', code: 'invalid_value' })
const isWrongCursor = refuses({ status: 400, param: 'after', code: 'invalid_value' })
const isWrongType = refuses({ status: 415, code: 'unsupported_content_type' })

const over1MiB = 'x'.repeat(1024 * 1024 + 1)
const asText = { 'content-type': 'text/plain' }

export const precedence: Probe[] = [
  {
    name: 'url-before-key',
    evidence: 'assumed',
    run: asks({ method: 'GET', path: '/conform', as: null }, [refuses({ status: 404 })], [emptyForUnknown]),
  },
  {
    name: 'method-before-key',
    evidence: 'assumed',
    run: asks(
      { method: 'OPTIONS', path: keysPath, as: null },
      [refuses({ status: 405 }), hasHeader('allow', 'GET, POST')],
      [emptyForUnknown],
    ),
  },
  {
    name: 'key-before-id',
    evidence: 'assumed',
    run: asks(retrieve(unknownId, wrongKey), [isWrongKey], [anyToken(isUnknown)]),
  },
  {
    name: 'key-before-query',
    evidence: 'assumed',
    run: asks(get('?limit=abc', wrongKey), [isWrongKey], [anyToken(isWrongLimit)]),
  },
  {
    name: 'after-before-order',
    evidence: 'assumed',
    run: asks(get('?limit=abc&order=up&after=a&after=b'), [isWrongCursor]),
  },
  { name: 'order-before-limit', evidence: 'assumed', run: asks(get('?limit=abc&order=up'), [isWrongOrder]) },
  {
    name: 'limit-before-unknown-after',
    evidence: 'assumed',
    run: asks(get(`?after=${unknownId}&limit=abc`), [isWrongLimit]),
  },
  writing(
    'key-before-body',
    'assumed',
    asks(post('{', { ...wrongKey, headers: asText }), [isWrongKey], [anyToken(isWrongType)]),
  ),
  writing('type-before-length', 'assumed', asks(post(over1MiB, { headers: asText }), [isWrongType])),
  writing('length-before-form', 'assumed', asks(post(over1MiB), [refuses({ status: 413 })])),
  writing('form-before-fields', 'assumed', asks(post({ expires_in_seconds: 0 }, { headers: asText }), [isWrongType])),
]
