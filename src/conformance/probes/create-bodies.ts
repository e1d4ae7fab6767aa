import { type Check, refuses } from '../checks/response-checks.ts'
import { type Asked, keysPath, post } from '../client/client.ts'
import { asks, type Evidence, type Probe, writing } from '../probe.ts'
import type { Stage } from '../probe-context.ts'

// Bodies that a create must refuse. All of them are writes: a server that is wrong may take them.

const notJson = refuses({
  status: 400,
  message:
    "We could not parse the JSON body of your request. (HINT: This likely means you aren't using your HTTP library correctly. The OpenAI API expects a JSON payload, but what was sent was not valid JSON. If you have trouble figuring out how to fix this, please contact us through our help center at help.openai.com.)",
})

const withoutName = refuses({
  status: 400,
  param: 'name',
  code: 'missing_required_parameter',
  message: "Missing required parameter: 'name'.",
})

const expiry = 'expires_in_seconds'

const wrongType = (param: string, expected: string, got: string) =>
  refuses({
    status: 400,
    param,
    code: 'invalid_type',
    message: `Invalid type for '${param}': expected ${expected}, but got ${got} instead.`,
  })

const tooSmall = (got: number) =>
  refuses({
    status: 400,
    param: expiry,
    code: 'integer_below_min_value',
    message: `Invalid '${expiry}': integer below minimum value. Expected a value >= 1, but got ${got} instead.`,
  })

const tooLarge = (got: number) =>
  refuses({
    status: 400,
    param: expiry,
    code: 'integer_above_max_value',
    message: `Invalid '${expiry}': integer above maximum value. Expected a value <= 31536000, but got ${got} instead.`,
  })

type Asking = Asked | ((stage: Stage) => Asked)

const refused = (name: string, evidence: Evidence, asked: Asking, check: Check): Probe =>
  writing(name, evidence, asks(asked, [check]))

const wrongName = (kind: string, name: unknown): Probe =>
  refused(
    `name-${kind.replace(/^an? /, '').replaceAll(' ', '-')}`,
    'sibling',
    post({ name }),
    wrongType('name', 'a string', kind),
  )

const expiring = (name: string, value: unknown, check: Check): Probe =>
  writing(
    `expiry-${name}`,
    'sibling',
    asks((stage) => post({ name: stage.name(), [expiry]: value }), [check]),
  )

const noObject = (kind: string, text: string): Probe =>
  refused(`body-${kind}`, 'assumed', post(text), refuses({ status: 400, code: 'invalid_type' }))

const asText = { 'content-type': 'text/plain' }
const asForm = { 'content-type': 'application/x-www-form-urlencoded' }
const named = (stage: Stage) => JSON.stringify({ name: stage.name() })
const isWrongType = refuses({ status: 415, code: 'unsupported_content_type' })

export const bodies: Probe[] = [
  refused('name-missing', 'sibling', post({}), withoutName),
  wrongName('an integer', 5),
  wrongName('a decimal number', 1.5),
  wrongName('a boolean', true),
  wrongName('an array', []),
  wrongName('an object', {}),
  wrongName('null', null),
  refused(
    'name-surrogate',
    'assumed',
    (stage) => post(`{"name":"${stage.name()} \\ud800"}`),
    refuses({ status: 400, param: 'name', code: 'invalid_value' }),
  ),
  expiring('string', '7', wrongType(expiry, 'an integer', 'a string')),
  expiring('null', null, wrongType(expiry, 'an integer', 'null')),
  expiring('decimal', 1.5, wrongType(expiry, 'an integer', 'a decimal number')),
  expiring('zero', 0, tooSmall(0)),
  expiring('negative', -1, tooSmall(-1)),
  expiring('above-a-year', 31_536_001, tooLarge(31_536_001)),
  refused('body-empty', 'assumed', post(''), withoutName),
  refused('body-none', 'assumed', { method: 'POST', path: keysPath }, withoutName),
  refused('body-half', 'sibling', post('{"name":"conform"'), notJson),
  refused('body-blank', 'sibling', post(' \n'), notJson),
  refused('body-not-utf8', 'sibling', post(Buffer.from('7b226e616d65223a22ff227d', 'hex')), notJson),
  noObject('array', '[]'),
  noObject('string', '"conform"'),
  noObject('number', '1'),
  noObject('null', 'null'),
  refused('type-text', 'assumed', (stage) => post({ name: stage.name() }, { headers: asText }), isWrongType),
  refused('type-none', 'assumed', (stage) => ({ method: 'POST', path: keysPath, body: named(stage) }), isWrongType),
  refused('type-form', 'assumed', (stage) => post(`name=${stage.name()}`, { headers: asForm }), isWrongType),
]
