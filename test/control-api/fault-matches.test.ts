import { describe, expect, test } from 'vitest'
import { keysUrl } from '../support/app.ts'
import { startWithFaults } from '../support/faults.ts'

const projects = '/v1/organization/projects'
const projectKey = (id: string) => `{ id: ${id}, name: a, owner: { type: user, name: J, email: j@example.com } }`
const seed = `
keys: [{ id: key_1, name: a, value: sk-admin-one-00000 }, { id: key_2, name: b, value: sk-admin-two-00000 }]
projects:
  - { id: proj_1, name: a, service_accounts: [{ id: sa_1, name: a }], api_keys: [${projectKey('key_p1')}, ${projectKey('key_p2')}] }
  - { id: proj_2, name: b, service_accounts: [{ id: sa_2, name: a }], api_keys: [${projectKey('key_p3')}] }
`

type Request = [method: string, url: string, options?: { as?: string; headers?: Record<string, string>; body?: object }]

/** The match of a fault, requests to which it applies, and requests that it must leave alone. */
const matches: [match: object, hit: Request[], missed: Request[]][] = [
  [
    { project_id: 'proj_1' },
    [
      ['GET', `${projects}/proj_1`],
      ['GET', `${projects}/proj_1/service_accounts`],
      ['GET', `${projects}/proj_1/service_accounts/sa_1`],
      ['GET', `${projects}/proj_1/api_keys/key_p1`],
      ['POST', `${projects}/proj_1/service_accounts`, { body: { name: 'c' } }],
    ],
    [
      ['GET', `${projects}/proj_2`],
      ['GET', `${projects}/proj_2/service_accounts`],
      ['GET', `${projects}/proj_2/service_accounts/sa_2`],
      ['GET', `${projects}/proj_2/api_keys/key_p3`],
      ['POST', `${projects}/proj_2/service_accounts`, { body: { name: 'c' } }],
      ['GET', `${projects}?after=proj_1`],
      ['GET', `/v1/organization/audit_logs?project_ids[]=proj_1`],
      ['POST', projects, { body: { name: 'proj_1' } }],
      ['GET', keysUrl],
    ],
  ],
  [
    { key_id: 'key_1' },
    [['GET', `${keysUrl}/key_1`]],
    [
      ['GET', `${keysUrl}/key_2`],
      ['GET', `${keysUrl}?after=key_1`],
      ['GET', keysUrl, { as: 'sk-admin-one-00000' }],
      ['POST', keysUrl, { body: { name: 'key_1' } }],
      ['GET', `${projects}/proj_1/api_keys/key_p1`],
    ],
  ],
  [
    { key_id: 'key_p1', project_id: 'proj_1' },
    [['GET', `${projects}/proj_1/api_keys/key_p1`]],
    [
      ['GET', `${projects}/proj_1/api_keys/key_p2`],
      ['GET', `${projects}/proj_2/api_keys/key_p1`],
    ],
  ],
  [
    { calling_key_id: 'key_1' },
    [['GET', keysUrl, { as: 'sk-admin-one-00000' }]],
    [
      ['GET', keysUrl],
      ['GET', keysUrl, { as: 'sk-admin-two-00000' }],
      ['GET', `${keysUrl}/key_1`, { as: 'sk-admin-two-00000' }],
    ],
  ],
  [
    { header: { 'X-Test': 'yes', 'X-Other': '1' } },
    [['GET', keysUrl, { headers: { 'x-test': 'yes', 'x-other': '1' } }]],
    [
      ['GET', keysUrl, { headers: { 'x-test': 'yes' } }],
      ['GET', keysUrl, { headers: { 'x-test': 'yes', 'x-other': '2' } }],
      ['GET', keysUrl, { headers: { 'x-test': 'YES', 'x-other': '1' } }],
      ['GET', `${keysUrl}?x-test=yes&x-other=1`],
    ],
  ],
]

describe('a fault that matches', () => {
  test.each(matches)('%j applies to such requests and leaves others alone', async (match, hit, missed) => {
    const { addFault, call, listFaults } = await startWithFaults({ seed })
    await addFault({ operation: '*', match, kind: 'error', status: 503, times: null })
    await addFault({ operation: '*', match, kind: 'rate_limit', requests: hit.length, per: '1h' })
    for (const request of missed) expect((await call(...request)).status, String(request)).toBeLessThan(429)
    expect((await listFaults()).map(({ hits }: { hits: number }) => hits)).toEqual([0, 0])
    for (const request of hit) expect((await call(...request)).status, String(request)).toBe(503)
    // Had the rate limit counted the other requests, it would have fired.
    expect((await listFaults()).map(({ hits }: { hits: number }) => hits)).toEqual([hit.length, 0])
    expect((await call(...(hit[0] as Request))).status).toBe(429)
  })
})
