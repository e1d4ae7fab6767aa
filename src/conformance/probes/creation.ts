import { type Fact, fact } from '../checks/check-result.ts'
import { formOf, kindOf } from '../checks/describe.ts'
import { type Check, hasFields, isCompact, isJson, succeeds } from '../checks/response-checks.ts'
import { get, post, retrieve } from '../client/client.ts'
import { type Answer, at, textAt } from '../client/response.ts'
import { type Evidence, examine, type Probe, writing } from '../probe.ts'
import type { Created, Stage } from '../probe-context.ts'
import { keyFields } from './key.ts'

/** Looks at the answer to a create. */
const created = (name: string, evidence: Evidence, check: (key: Created) => Fact): Probe =>
  writing(name, evidence, async (stage) => ({ facts: [check(await stage.specimen())] }))

/** A create that must succeed, with this in its body or its headers. */
const accepted = (
  name: string,
  evidence: Evidence,
  body: (stage: Stage) => unknown,
  checks: Check[] = [],
  headers: Record<string, string> = {},
): Probe =>
  writing(name, evidence, async (stage) =>
    examine(await stage.ask(post(body(stage), { headers })), [succeeds, ...checks]),
  )

const isNull =
  (field: string) =>
  ({ answer }: Created) => {
    const seen = at(answer.body, field)
    return fact(seen === null, `${field} null`, `${field} ${kindOf(seen)}`)
  }

const expiresAfter =
  (seconds: number): Check =>
  ({ body }) => {
    const passed = Number(at(body, 'expires_at')) - Number(at(body, 'created_at'))
    return fact(passed === seconds, `expires_at after ${seconds} s`, `expires_at ${kindOf(at(body, 'expires_at'))}`)
  }

const isNamed =
  (name: string): Check =>
  ({ body }) =>
    fact(at(body, 'name') === name, 'the name as sent', `another name, ${kindOf(at(body, 'name'))}`)

/** No answer but create's holds the value. */
const hides =
  (value: string): Check =>
  ({ text }: Answer) =>
    fact(value !== '' && !text.includes(value), 'without the value', 'with the value')

const valueForm = 'sk-admin- and 124 of A-Z a-z 0-9 _ -'

// The mark by which secret scanners know a real key, not spelled out for their sake.
const scannerMark = Buffer.from('OpenAI').toString('base64')

const redactedForm = (value: string) => `${value.slice(0, 8)}...${value.slice(-3)}`

/** A create with a name that must come back as it is. */
const named = (name: string, evidence: Evidence, text: (stage: Stage) => string): Probe =>
  writing(name, evidence, async (stage) => {
    const sent = text(stage)
    // Should the answer be lost, one that cannot be found by its name ends by itself.
    const answer = await stage.ask(post({ name: sent, expires_in_seconds: 60 }))
    return examine(answer, [succeeds, isNamed(sent)])
  })

export const creation: Probe[] = [
  writing('create', 'spec', async (stage) => {
    const { answer } = await stage.specimen()
    return examine(answer, [succeeds, hasFields([...keyFields, 'value']), isJson, isCompact])
  }),
  created('create-expires-at', 'spec', isNull('expires_at')),
  created('create-last-used-at', 'assumed', isNull('last_used_at')),
  created('create-value', 'assumed', ({ value }) =>
    fact(/^sk-admin-[\w-]{124}$/.test(value), valueForm, formOf(value, 'sk-admin-')),
  ),
  created('create-value-unmarked', 'ours', ({ value }) =>
    fact(!value.includes(scannerMark), 'no mark of a real key', 'the mark of a real key'),
  ),
  created('create-redacted-value', 'spec', ({ value, answer }) => {
    const seen = textAt(answer.body, 'redacted_value')
    return fact(seen === redactedForm(value), 'first 8 ... last 3 of the value', formOf(seen, ''))
  }),
  writing('create-value-once', 'spec', async (stage) => {
    const { id, value } = await stage.specimen()
    const answers = [await stage.ask(retrieve(id)), await stage.ask(get('?order=desc&limit=100'))]
    return { facts: answers.flatMap((answer) => [succeeds(answer), hides(value)(answer)]) }
  }),
  writing('create-authenticates', 'spec', async (stage) => {
    const { value } = await stage.specimen()
    return examine(await stage.ask(get('?limit=1', { as: value })), [succeeds])
  }),
  accepted('create-expiring', 'spec', (stage) => ({ name: stage.name(), expires_in_seconds: 3600 }), [
    expiresAfter(3600),
  ]),
  accepted('create-expiring-in-a-year', 'spec', (stage) => ({ name: stage.name(), expires_in_seconds: 31_536_000 }), [
    expiresAfter(31_536_000),
  ]),
  accepted('create-expiring-in-5.0', 'assumed', (stage) => `{"name":"${stage.name()}","expires_in_seconds":3600.0}`, [
    expiresAfter(3600),
  ]),
  accepted('create-unknown-field', 'assumed', (stage) => ({ name: stage.name(), foo: { bar: 1 } })),
  accepted('create-proto-field', 'assumed', (stage) => `{"name":"${stage.name()}","__proto__":1,"constructor":1}`),
  accepted('create-charset', 'assumed', (stage) => ({ name: stage.name() }), [], {
    'content-type': 'application/json; charset=utf-8',
  }),
  named('name-empty', 'spec', () => ''),
  named('name-unicode', 'spec', (stage) => `${stage.name()} \u00e9 \ud83d\udd11 "\\ \u0000`),
  named('name-long', 'assumed', (stage) => stage.name().padEnd(2000, 'x')),
  writing('create-idempotency-key', 'sibling', async (stage) => {
    const body = { name: stage.name() }
    const headers = { 'idempotency-key': 'conform' }
    const one = await stage.create(body, { headers })
    const again = await stage.ask(post(body, { headers }))
    return { facts: [succeeds(again), fact(textAt(again.body, 'id') !== one.id, 'another key', 'the same key')] }
  }),
]
