import { type CheckResult, checkThat } from '../checks/check-result.ts'
import { describeFormat, describeType } from '../checks/describe.ts'
import { type Alternative, evaluate } from '../checks/evaluate.ts'
import { isJson } from '../checks/header-checks.ts'
import { type Check, hasFields, isCompact, succeeds } from '../checks/response-checks.ts'
import { createRequest, listRequest, retrieveRequest } from '../client/requests.ts'
import { textAt, valueAt } from '../client/response.ts'
import { type Evidence, type Probe, sendAndCheck, writeProbe } from '../probe.ts'
import type { CreatedKey, ProbeContext } from '../probe-context.ts'
import { keyFields } from './key.ts'

/** Checks the response to a create. */
const createdKey = (name: string, evidence: Evidence, check: (key: CreatedKey) => CheckResult): Probe =>
  writeProbe(name, evidence, async (context) => ({ results: [check(await context.sampleKey())] }))

/** Sends a create that must succeed. */
const acceptedCreate = (
  name: string,
  evidence: Evidence,
  bodyOf: (context: ProbeContext) => unknown,
  checks: Check[] = [],
  headers: Record<string, string> = {},
): Probe =>
  writeProbe(
    name,
    evidence,
    sendAndCheck((context) => createRequest(bodyOf(context), { headers }), [succeeds, ...checks]),
  )

const isNull =
  (field: string) =>
  ({ response }: CreatedKey) => {
    const actual = valueAt(response.body, field)
    return checkThat(actual === null, `${field} null`, `${field} ${describeType(actual)}`)
  }

export const expiresAfter =
  (seconds: number): Check =>
  ({ body }) => {
    const lifetime = Number(valueAt(body, 'expires_at')) - Number(valueAt(body, 'created_at'))
    const otherwise = `expires_at ${describeType(valueAt(body, 'expires_at'))}`
    return checkThat(lifetime === seconds, `expires_at after ${seconds} s`, otherwise)
  }

export const lacksValue =
  (value: string): Check =>
  ({ text }) =>
    checkThat(value !== '' && !text.includes(value), 'without the value', 'with the value')

// The substring by which secret scanners recognize a real key, encoded so that they do not report this file.
const scannerMark = Buffer.from('OpenAI').toString('base64')

const redactedValueIs =
  (redactedValue: string, expected: string): Check =>
  ({ body }) => {
    const actual = textAt(body, 'redacted_value')
    return checkThat(actual === redactedValue, expected, describeFormat(actual, ''))
  }

export const isDocumentedRedaction = (value: string) =>
  redactedValueIs(`${value.slice(0, 8)}...${value.slice(-3)}`, 'first 8 ... last 3 characters of the value')

export const isMaskedValue = (value: string): Alternative => ({
  override: { redaction: 'masked' },
  checks: [
    redactedValueIs(
      `${value.slice(0, 8)}${'*'.repeat(Math.max(0, value.length - 12))}${value.slice(-4)}`,
      'first 8 characters, asterisks up to the length, last 4 characters of the value',
    ),
  ],
})

export const creationProbes: Probe[] = [
  writeProbe('create', 'spec', async (context) => {
    const { response } = await context.sampleKey()
    return evaluate(response, [succeeds, hasFields([...keyFields, 'value']), isJson, isCompact])
  }),
  createdKey('create-expires-at', 'spec', isNull('expires_at')),
  createdKey('create-last-used-at', 'recorded', isNull('last_used_at')),
  createdKey('create-value', 'assumed', ({ value }) => {
    const ok = /^sk-admin-[\w-]{124}$/.test(value)
    return checkThat(ok, 'sk-admin- and 124 characters A-Z a-z 0-9 _ -', describeFormat(value, 'sk-admin-'))
  }),
  createdKey('create-value-unmarked', 'emulator', ({ value }) =>
    checkThat(!value.includes(scannerMark), 'not detected by secret scanners', 'detected by secret scanners'),
  ),
  writeProbe('create-redacted-value', 'spec', async (context) => {
    const { value, response } = await context.sampleKey()
    return evaluate(response, [isDocumentedRedaction(value)], [isMaskedValue(value)])
  }),
  writeProbe('create-value-once', 'spec', async (context) => {
    const { id, value } = await context.sampleKey()
    const retrieved = await context.send(retrieveRequest(id))
    const listed = await context.send(listRequest('?order=desc&limit=100'))
    const results = [retrieved, listed].flatMap((response) => [succeeds(response), lacksValue(value)(response)])
    return { results }
  }),
  writeProbe('create-authenticates', 'spec', async (context) => {
    const { value } = await context.sampleKey()
    return evaluate(await context.send(listRequest('?limit=1', { token: value })), [succeeds])
  }),
  acceptedCreate('create-expiring', 'spec', (context) => ({ name: context.uniqueName(), expires_in_seconds: 3600 }), [
    expiresAfter(3600),
  ]),
  acceptedCreate(
    'create-expiring-in-a-year',
    'spec',
    (context) => ({ name: context.uniqueName(), expires_in_seconds: 31_536_000 }),
    [expiresAfter(31_536_000)],
  ),
  acceptedCreate(
    'create-expiring-in-3600.0',
    'assumed',
    (context) => `{"name":"${context.uniqueName()}","expires_in_seconds":3600.0}`,
    [expiresAfter(3600)],
  ),
  acceptedCreate('create-unknown-field', 'assumed', (context) => ({ name: context.uniqueName(), foo: { bar: 1 } })),
  acceptedCreate(
    'create-proto-field',
    'assumed',
    (context) => `{"name":"${context.uniqueName()}","__proto__":1,"constructor":1}`,
  ),
  acceptedCreate('create-charset', 'assumed', (context) => ({ name: context.uniqueName() }), [], {
    'content-type': 'application/json; charset=utf-8',
  }),
  writeProbe('create-idempotency-key', 'sibling', async (context) => {
    const body = { name: context.uniqueName() }
    const headers = { 'idempotency-key': 'conform' }
    const first = await context.createKey(body, { headers })
    const second = await context.send(createRequest(body, { headers }))
    const isNewKey = textAt(second.body, 'id') !== first.id
    return { results: [succeeds(second), checkThat(isNewKey, 'a new key', 'the same key')] }
  }),
]
