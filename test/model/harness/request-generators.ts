import fc from 'fast-check'

/** A request with valid and invalid parts. `{project}` and the like in the path are replaced by encoded ids. */
export interface FuzzedRequest {
  method: string
  path: string
  /** The index of the token in the pool of tokens. */
  token: number
  body?: string
  headers?: Record<string, string>
}

interface Route {
  methods: string[]
  path: string
  query?: string[]
  fields?: (keyof typeof validValues)[]
}

const name = fc.constantFrom('a', 'ü 😀', '"\\\0', '')
const lifetime = fc.constantFrom(1, 60, 31_536_000)

/** What a request is likely to be accepted with, by field. */
const validValues = {
  name,
  expires_in_seconds: lifetime,
  residency: fc.constantFrom('GLOBAL', 'EU_STORAGE_PROCESSING', null),
  external_key_id: fc.constantFrom('ext', null),
  geography: fc.constantFrom('EU', null),
  create_service_account_only: fc.constantFrom(true, false, null),
  role: fc.constantFrom('member', 'owner'),
  scopes: fc.constantFrom([], ['api.all.read', 'x']),
}

const pageNames = ['after', 'limit']
const routes: Route[] = [
  {
    methods: ['GET', 'POST'],
    path: '/admin_api_keys',
    query: [...pageNames, 'order'],
    fields: ['name', 'expires_in_seconds'],
  },
  { methods: ['GET', 'DELETE'], path: '/admin_api_keys/{adminKey}' },
  {
    methods: ['GET', 'POST'],
    path: '/projects',
    query: [...pageNames, 'include_archived'],
    fields: ['name', 'residency', 'external_key_id', 'geography'],
  },
  { methods: ['GET', 'POST'], path: '/projects/{project}', fields: ['name', 'external_key_id', 'geography'] },
  { methods: ['POST'], path: '/projects/{project}/archive' },
  {
    methods: ['GET', 'POST'],
    path: '/projects/{project}/service_accounts',
    query: pageNames,
    fields: ['name', 'create_service_account_only', 'expires_in_seconds'],
  },
  {
    methods: ['GET', 'POST', 'DELETE'],
    path: '/projects/{project}/service_accounts/{account}',
    fields: ['name', 'role'],
  },
  {
    methods: ['POST'],
    path: '/projects/{project}/service_accounts/{account}/api_keys',
    fields: ['name', 'scopes', 'expires_in_seconds'],
  },
  { methods: ['GET'], path: '/projects/{project}/api_keys', query: [...pageNames, 'owner_project_access'] },
  {
    methods: ['GET', 'POST', 'DELETE'],
    path: '/projects/{project}/api_keys/{key}',
    fields: ['scopes', 'expires_in_seconds'],
  },
  {
    methods: ['GET'],
    path: '/audit_logs',
    query: [
      ...pageNames,
      'before',
      'tenant_only',
      ...['project_ids', 'event_types', 'actor_ids', 'actor_emails', 'resource_ids'].flatMap((name) => [
        name,
        `${name}[]`,
        `${name}[0]`,
      ]),
      ...['gt', 'gte', 'lt', 'lte', 'x', ''].map((name) => `effective_at[${name}]`),
      'effective_at',
    ],
  },
  { methods: ['GET'], path: '/models' },
]

/** Ids that `{name}` in a path may stand for, besides valid ones. */
const wrongIds = [
  'none',
  '0',
  '%00',
  '%2F..%2F',
  '..',
  '%',
  '%ff',
  '%C3%BC',
  '%25',
  '+',
  'constructor',
  '__proto__',
  '',
]

/** The names of the ids in paths. */
const idNames = ['adminKey', 'project', 'account', 'key'] as const
export type IdName = (typeof idNames)[number]

/** Encoded ids that exist, or existed, by name. */
export type IdPool = Record<IdName, string[]>

const text = fc.oneof(
  fc.constantFrom('', 'a', '\0', 'ü 😀', '"\\', '__proto__', 'true', '0', 'member', 'owner', 'none', 'any', 'active'),
  fc.constantFrom('GLOBAL', 'EU_STORAGE_PROCESSING', 'api.all.read', 'project.created', 'tenant.user.added', 'asc'),
  fc.string({ unit: 'binary', maxLength: 12 }),
  fc.nat({ max: 4000 }).map((length) => 'x'.repeat(length)),
)

const integer = fc.oneof(
  fc.integer({ min: -3, max: 120 }),
  fc.constantFrom(-0, 5.0, 31_536_000, 31_536_001, 2 ** 31, 2 ** 53, 1e23, 1.5, -1e300),
)

const value: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 4, arbitrary: text },
  { weight: 3, arbitrary: integer },
  { weight: 2, arbitrary: fc.constantFrom(null, true, false) },
  { weight: 2, arbitrary: fc.array(text, { maxLength: 3 }) },
  { weight: 1, arbitrary: fc.constantFrom({}, [], [null], [5], [[]], [{}], { toString: 1 }, { length: 1 }, [['a']]) },
)

// JSON.stringify escapes a lone surrogate, which a client may send as well.
const loneSurrogate = '\ud800'

const invalidValue = fc.oneof(
  { weight: 12, arbitrary: value },
  { weight: 1, arbitrary: fc.constantFrom(loneSurrogate, [loneSurrogate]) },
)

/** A JSON object whose fields are mostly valid; some are unknown, and some occur twice. */
function objectText(fields: Route['fields'] = []): fc.Arbitrary<string> {
  const known = ['name' as const, ...fields].map((field) =>
    fc.tuple(
      fc.constant<string>(field),
      fc.oneof<fc.WeightedArbitrary<unknown>[]>(
        { weight: 6, arbitrary: validValues[field] },
        { weight: 1, arbitrary: invalidValue },
      ),
    ),
  )
  const unknown = fc.tuple(fc.constantFrom('__proto__', 'constructor', '', 'id', 'deleted'), invalidValue)
  return fc
    .array(fc.oneof(...known, ...known, unknown), { maxLength: 5 })
    .map((pairs) => `{${pairs.map((pair) => pair.map((each) => JSON.stringify(each)).join(':')).join(',')}}`)
}

const brokenText = fc.constantFrom(
  '',
  ' ',
  '{',
  '[]',
  '"a"',
  'null',
  '{"name":}',
  '{"name":"a",}',
  '\ufeff{}',
  '{"name":"\\ud800"}',
  `{"name":${'['.repeat(2000)}`,
  `{"name":"${'x'.repeat(1_048_576)}"}`,
)

const contentType = fc.oneof(
  { weight: 12, arbitrary: fc.constant('application/json') },
  { weight: 1, arbitrary: fc.constantFrom('text/plain', 'application/json; charset=utf-8', 'application/xml') },
)

const parameterValue = fc.oneof(
  { weight: 4, arbitrary: text.map((each) => encodeURIComponent(each.toWellFormed())) },
  { weight: 3, arbitrary: fc.constantFrom('1', '100', '0', '-1', '101', '%2B1', '1e1', '0x1', '9'.repeat(400), '1.0') },
  { weight: 3, arbitrary: fc.constantFrom(...idNames.map((name) => `{${name}}`), '{event}') },
  { weight: 1, arbitrary: fc.constantFrom('%', '%ff', '%ed%a0%80', '%00', '+', '=', '&', '[]', 'true', 'false') },
)

const query = (names: string[]) => {
  const parameter = fc.oneof(
    { weight: 9, arbitrary: fc.constantFrom('limit', ...names) },
    { weight: 1, arbitrary: fc.constantFrom('x', '__proto__', 'limit[]', 'after[0]', 'include_archived[]', '%ff') },
  )
  return fc
    .array(fc.tuple(parameter, parameterValue), { maxLength: 4 })
    .map((pairs) => (pairs.length === 0 ? '' : `?${pairs.map((pair) => pair.join('=')).join('&')}`))
}

const noBody = fc.constant({})

const routeRequest = ({ methods, path, query: names = [], fields }: Route): fc.Arbitrary<FuzzedRequest> => {
  const bodyText = fc.oneof({ weight: 10, arbitrary: objectText(fields) }, { weight: 1, arbitrary: brokenText })
  const withBody = fc.tuple(bodyText, contentType).map(([body, type]) => ({ body, headers: { 'content-type': type } }))
  const method = fc.oneof(
    // Writes are refused in more ways than reads.
    { weight: 15, arbitrary: fc.constantFrom(...methods, ...methods.filter((each) => each !== 'GET')) },
    { weight: 1, arbitrary: fc.constantFrom('PATCH', 'PUT', 'OPTIONS', 'POST', 'DELETE') },
  )
  const prefix = path === '/models' ? '/v1' : '/v1/organization'
  return fc
    .record({
      method,
      query: query(names),
      token: fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat({ max: 9 }) }),
    })
    .chain(({ method: chosen, query: suffix, token }) =>
      (chosen === 'POST'
        ? withBody
        : fc.oneof({ weight: 9, arbitrary: noBody }, { weight: 1, arbitrary: withBody })
      ).map((rest) => ({ method: chosen, path: `${prefix}${path}${suffix}`, token, ...rest })),
    )
}

/** How the placeholders of a path are replaced: one number for each, taken modulo the pool. */
export const idChoices = fc.array(fc.nat({ max: 99 }), { minLength: 6, maxLength: 6 })

export const fuzzedRequest = fc.oneof(...routes.map(routeRequest))

/** Replaces the placeholders of a path by ids that exist, existed or never did. */
export function fillPath(path: string, choices: readonly number[], pool: IdPool & { event: string[] }): string {
  let n = 0
  return path.replace(/\{(\w+)\}/g, (_, name: keyof typeof pool) => {
    const choice = choices[n++ % choices.length] ?? 0
    // One in five is wrong.
    const ids = choice % 5 === 0 ? wrongIds : pool[name]
    return ids[Math.floor(choice / 5) % ids.length] ?? ''
  })
}
