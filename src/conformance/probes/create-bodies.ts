import { type Check, isError } from '../checks/response-checks.ts'
import { createRequest, keysPath, type ProbeRequest } from '../client/requests.ts'
import { type Evidence, type Probe, sendAndCheck, writeProbe } from '../probe.ts'
import type { ProbeContext } from '../probe-context.ts'

// Bodies that a create must reject. All of these probes write, because a server with a bug may accept the body.

const isInvalidJson = isError({
  status: 400,
  message:
    "We could not parse the JSON body of your request. (HINT: This likely means you aren't using your HTTP library correctly. The OpenAI API expects a JSON payload, but what was sent was not valid JSON. If you have trouble figuring out how to fix this, please contact us through our help center at help.openai.com.)",
})

export const isMissingName = isError({
  status: 400,
  param: 'name',
  code: 'missing_required_parameter',
  message: "Missing required parameter: 'name'.",
})

export const isWrongType = (param: string, expected: string, actual: string) =>
  isError({
    status: 400,
    param,
    code: 'invalid_type',
    message: `Invalid type for '${param}': expected ${expected}, but got ${actual} instead.`,
  })

const expiry = 'expires_in_seconds'

export const isTooSmall = (actual: number) =>
  isError({
    status: 400,
    param: expiry,
    code: 'integer_below_min_value',
    message: `Invalid '${expiry}': integer below minimum value. Expected a value >= 1, but got ${actual} instead.`,
  })

const isTooLarge = (actual: number) =>
  isError({
    status: 400,
    param: expiry,
    code: 'integer_above_max_value',
    message: `Invalid '${expiry}': integer above maximum value. Expected a value <= 31536000, but got ${actual} instead.`,
  })

const isUnsupportedContentType = isError({ status: 415, code: 'unsupported_content_type' })

const rejected = (
  name: string,
  evidence: Evidence,
  request: ProbeRequest | ((context: ProbeContext) => ProbeRequest),
  check: Check,
): Probe => writeProbe(name, evidence, sendAndCheck(request, [check]))

const nameOfWrongType = (type: string, name: unknown): Probe => {
  const suffix = type.replace(/^an? /, '').replaceAll(' ', '-')
  return rejected(`name-${suffix}`, 'sibling', createRequest({ name }), isWrongType('name', 'a string', type))
}

const rejectedExpiry = (suffix: string, value: unknown, check: Check): Probe =>
  rejected(
    `expiry-${suffix}`,
    'sibling',
    (context) => createRequest({ name: context.uniqueName(), [expiry]: value }),
    check,
  )

const bodyOfWrongType = (suffix: string, body: string): Probe =>
  rejected(`body-${suffix}`, 'assumed', createRequest(body), isError({ status: 400, code: 'invalid_type' }))

const rejectedContentType = (suffix: string, requestFor: (name: string) => ProbeRequest): Probe =>
  rejected(`content-type-${suffix}`, 'assumed', (context) => requestFor(context.uniqueName()), isUnsupportedContentType)

const withContentType = (contentType: string) => ({ headers: { 'content-type': contentType } })

export const createBodyProbes: Probe[] = [
  rejected('name-missing', 'sibling', createRequest({}), isMissingName),
  nameOfWrongType('an integer', 5),
  nameOfWrongType('a decimal number', 1.5),
  nameOfWrongType('a boolean', true),
  nameOfWrongType('an array', []),
  nameOfWrongType('an object', {}),
  nameOfWrongType('null', null),
  rejected(
    'name-surrogate',
    'assumed',
    (context) => createRequest(`{"name":"${context.uniqueName()} \\ud800"}`),
    isError({ status: 400, param: 'name', code: 'invalid_value' }),
  ),
  rejectedExpiry('string', '7', isWrongType(expiry, 'an integer', 'a string')),
  rejectedExpiry('null', null, isWrongType(expiry, 'an integer', 'null')),
  rejectedExpiry('decimal', 1.5, isWrongType(expiry, 'an integer', 'a decimal number')),
  rejectedExpiry('zero', 0, isTooSmall(0)),
  rejectedExpiry('negative', -1, isTooSmall(-1)),
  rejectedExpiry('above-a-year', 31_536_001, isTooLarge(31_536_001)),
  rejected('body-empty', 'assumed', createRequest(''), isMissingName),
  rejected('body-missing', 'assumed', { method: 'POST', path: keysPath }, isMissingName),
  rejected('body-incomplete', 'sibling', createRequest('{"name":"conform"'), isInvalidJson),
  rejected('body-whitespace', 'sibling', createRequest(' \n'), isInvalidJson),
  rejected('body-not-utf8', 'sibling', createRequest(Buffer.from('7b226e616d65223a22ff227d', 'hex')), isInvalidJson),
  bodyOfWrongType('array', '[]'),
  bodyOfWrongType('string', '"conform"'),
  bodyOfWrongType('number', '1'),
  bodyOfWrongType('null', 'null'),
  rejectedContentType('text', (name) => createRequest({ name }, withContentType('text/plain'))),
  rejectedContentType('missing', (name) => ({ method: 'POST', path: keysPath, body: JSON.stringify({ name }) })),
  rejectedContentType('form', (name) =>
    createRequest(`name=${name}`, withContentType('application/x-www-form-urlencoded')),
  ),
]
