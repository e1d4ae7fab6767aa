import { anyToken, emptyForUnknownRoute } from '../checks/alternatives.ts'
import { hasHeader } from '../checks/header-checks.ts'
import { isError } from '../checks/response-checks.ts'
import { createRequest, keysPath, listRequest, retrieveRequest, unknownId, unknownKey } from '../client/requests.ts'
import { type Probe, readProbe, sendAndCheck, writeProbe } from '../probe.ts'

// Each of these requests has two errors. The response shows which one the server detects first.

const wrongKey = { token: unknownKey }
const textContentType = { 'content-type': 'text/plain' }
const bodyOver1MiB = 'x'.repeat(1024 * 1024 + 1)

const isInvalidKey = isError({ status: 401, code: 'invalid_api_key' })
const isUnknownKeyId = isError({ status: 404, code: 'not_found' })
const isInvalidLimit = isError({ status: 400, param: 'limit', code: 'invalid_type' })
const isInvalidOrder = isError({ status: 400, param: 'order', code: 'invalid_value' })
const isInvalidCursor = isError({ status: 400, param: 'after', code: 'invalid_value' })
const isUnsupportedContentType = isError({ status: 415, code: 'unsupported_content_type' })

export const precedenceProbes: Probe[] = [
  readProbe(
    'url-before-key',
    'assumed',
    sendAndCheck({ method: 'GET', path: '/conform', token: null }, [isError({ status: 404 })], [emptyForUnknownRoute]),
  ),
  readProbe(
    'method-before-key',
    'assumed',
    sendAndCheck(
      { method: 'OPTIONS', path: keysPath, token: null },
      [isError({ status: 405 }), hasHeader('allow', 'GET, POST')],
      [emptyForUnknownRoute],
    ),
  ),
  readProbe(
    'key-before-id',
    'assumed',
    sendAndCheck(retrieveRequest(unknownId, wrongKey), [isInvalidKey], [anyToken(isUnknownKeyId)]),
  ),
  readProbe(
    'key-before-query',
    'assumed',
    sendAndCheck(listRequest('?limit=abc', wrongKey), [isInvalidKey], [anyToken(isInvalidLimit)]),
  ),
  readProbe(
    'after-before-order',
    'assumed',
    sendAndCheck(listRequest('?limit=abc&order=up&after=a&after=b'), [isInvalidCursor]),
  ),
  readProbe('order-before-limit', 'assumed', sendAndCheck(listRequest('?limit=abc&order=up'), [isInvalidOrder])),
  readProbe(
    'limit-before-unknown-after',
    'assumed',
    sendAndCheck(listRequest(`?after=${unknownId}&limit=abc`), [isInvalidLimit]),
  ),
  writeProbe(
    'key-before-body',
    'assumed',
    sendAndCheck(
      createRequest('{', { ...wrongKey, headers: textContentType }),
      [isInvalidKey],
      [anyToken(isUnsupportedContentType)],
    ),
  ),
  writeProbe(
    'content-type-before-size',
    'assumed',
    sendAndCheck(createRequest(bodyOver1MiB, { headers: textContentType }), [isUnsupportedContentType]),
  ),
  writeProbe('size-before-json', 'assumed', sendAndCheck(createRequest(bodyOver1MiB), [isError({ status: 413 })])),
  writeProbe(
    'content-type-before-fields',
    'assumed',
    sendAndCheck(createRequest({ expires_in_seconds: 0 }, { headers: textContentType }), [isUnsupportedContentType]),
  ),
]
