import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import type { OpenApiDocument } from '../../scripts/openapi-document.ts'
import { startApp } from '../support/app.ts'
import { startControlApp } from '../support/control-app.ts'
import { startTamperingProxy } from '../support/tampering-proxy.ts'

const getDocument = async () => {
  const { app } = await startApp()
  return (await app.inject('/openapi.yaml')).payload
}

test('openapi.yaml is the document generated from the routes (`npm run openapi` updates it)', async () => {
  await expect(await getDocument()).toMatchFileSnapshot(fileURLToPath(new URL('../../openapi.yaml', import.meta.url)))
})

test('every operation has an id, a summary, a description, one tag and a description of each response', async () => {
  const { paths } = parse(await getDocument()) as { paths: Record<string, Record<string, Record<string, unknown>>> }
  const operations = Object.values(paths).flatMap((path) => Object.values(path))
  expect(operations.map(({ operationId }) => operationId).sort()).toEqual([
    'CreateanAPIkeyforaserviceaccount',
    'admin-api-keys-create',
    'admin-api-keys-delete',
    'admin-api-keys-get',
    'admin-api-keys-list',
    'archive-project',
    'create-project',
    'create-project-service-account',
    'delete-project-api-key',
    'delete-project-service-account',
    'emulator-audit-logs-list',
    'emulator-behavior-change',
    'emulator-behavior-get',
    'emulator-behavior-switches',
    'emulator-clock-get',
    'emulator-clock-reset',
    'emulator-clock-set',
    'emulator-connection',
    'emulator-faults-add',
    'emulator-faults-delete',
    'emulator-faults-delete-all',
    'emulator-faults-list',
    'emulator-health',
    'emulator-journal-clear',
    'emulator-journal-list',
    'emulator-journal-stream',
    'emulator-journal-verify',
    'emulator-keys-create',
    'emulator-keys-delete',
    'emulator-keys-get',
    'emulator-keys-list',
    'emulator-ready',
    'emulator-reset',
    'emulator-sandboxes-create',
    'emulator-sandboxes-delete',
    'emulator-sandboxes-delete-all',
    'emulator-sandboxes-list',
    'emulator-snapshots-delete',
    'emulator-snapshots-list',
    'emulator-snapshots-restore',
    'emulator-snapshots-take',
    'emulator-state-add',
    'emulator-state-export',
    'emulator-state-replace',
    'list-audit-logs',
    'list-project-api-keys',
    'list-project-service-accounts',
    'list-projects',
    'listModels',
    'modify-project',
    'retrieve-project',
    'retrieve-project-api-key',
    'retrieve-project-service-account',
    'update-project-api-key',
    'update-project-service-account',
  ])
  for (const { summary, tags, description, responses } of operations) {
    expect(summary).toBeTruthy()
    expect(description).toBeTruthy()
    expect(tags).toHaveLength(1)
    for (const response of Object.values(responses as Record<string, { description: string }>)) {
      expect(response.description).not.toBe('Default Response')
    }
  }
})

test('every link names an existing operation and parameters of it', async () => {
  // biome-ignore lint/suspicious/noExplicitAny: a parsed document
  const { paths } = parse(await getDocument()) as { paths: Record<string, Record<string, any>> }
  const operations = Object.values(paths).flatMap((path) => Object.values(path))
  const links = operations.flatMap(({ operationId, responses }) =>
    Object.values(responses).flatMap((response) =>
      Object.values((response as { links?: object }).links ?? {}).map((link) => ({ from: operationId, ...link })),
    ),
  )
  expect(new Set(links.map(({ from }) => from)).size).toBe(12)
  for (const { operationId, parameters } of links) {
    const target = operations.find((each) => each.operationId === operationId)
    const names = (target?.parameters ?? []).map(({ name }: { name: string }) => name)
    expect(target).toBeDefined()
    expect(names).toEqual(expect.arrayContaining(Object.keys(parameters)))
  }
})

test('a control accepts a missing body exactly if its document says that the body is optional', async () => {
  const { paths } = parse(await getDocument()) as { paths: Record<string, Record<string, Record<string, unknown>>> }
  const { control } = await startControlApp()
  for (const [path, methods] of Object.entries(paths)) {
    for (const [method, { requestBody }] of Object.entries(methods)) {
      if (requestBody === undefined || !path.startsWith('/_emulator')) continue
      const { status } = await control(method.toUpperCase(), path.replace('/_emulator', ''))
      expect([path, method, status < 300]).toEqual([path, method, !(requestBody as { required: boolean }).required])
    }
  }
})

test('an operation of the API accepts a missing body exactly if its document says that the body is optional', async () => {
  const { paths } = parse(await getDocument()) as { paths: Record<string, Record<string, Record<string, unknown>>> }
  // It has objects whose ids are the names of the path parameters.
  const { call } = await startApp({ seed: ['sdk-conformance'] })
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ method, path, ...operation })),
  ) as { method: string; path: string; operationId: string; requestBody?: { required: boolean } }[]
  const withBody = operations.filter(({ path, requestBody }) => requestBody && !path.startsWith('/_emulator'))
  expect(withBody.length).toBe(7)
  for (const { method, path, operationId, requestBody } of withBody) {
    const { status } = await call(method.toUpperCase(), path.replace(/[{}]/g, ''))
    expect([operationId, status]).toEqual([operationId, requestBody?.required ? 400 : 200])
  }
})

test.each([
  ['an unknown query parameter', '?unknown=1', undefined, [400]],
  ['a body of over 1 MiB that is not JSON', '', 'x'.repeat(1024 * 1024 + 1), [200, 400, 404, 413]],
])('every control responds to %s with a documented status', async (_what, query, body, expected) => {
  const { paths } = parse(await getDocument()) as { paths: Record<string, Record<string, { responses: object }>> }
  const { app } = await startControlApp()
  for (const [path, methods] of Object.entries(paths)) {
    for (const [method, { responses }] of Object.entries(methods)) {
      if (!path.startsWith('/_emulator') || path.endsWith('/stream')) continue
      const url = path.replace(/\{.*\}/, 'x') + query
      const { statusCode } = await app.inject({ method: method.toUpperCase() as 'GET', url, ...(body && { body }) })
      expect([path, method, expected]).toEqual([path, method, expect.arrayContaining([statusCode])])
      expect([path, method, Object.keys(responses)]).toEqual([
        path,
        method,
        expect.arrayContaining([String(statusCode)]),
      ])
    }
  }
})

test('every body of a control has examples, and the control accepts each of them', async () => {
  // biome-ignore lint/suspicious/noExplicitAny: a parsed document
  const { paths } = parse(await getDocument()) as { paths: Record<string, Record<string, any>> }
  for (const [path, methods] of Object.entries(paths)) {
    for (const [method, { requestBody }] of Object.entries(methods)) {
      if (requestBody === undefined || !path.startsWith('/_emulator')) continue
      const examples = Object.values(requestBody.content['application/json'].examples ?? {}) as { value: unknown }[]
      expect([path, examples.length > 0]).toEqual([path, true])
      for (const { value } of examples) {
        const { control } = await startControlApp()
        const { status, body } = await control(method.toUpperCase(), path.replace('/_emulator', ''), value)
        expect([path, value, status < 300, body]).toEqual([path, value, true, body])
      }
    }
  }
})

test('controls are documented for every sandbox and with an optional token', async () => {
  // biome-ignore lint/suspicious/noExplicitAny: a parsed document
  const document = parse(await getDocument()) as { paths: Record<string, Record<string, any>>; components: any }
  const controls = Object.entries(document.paths).filter(([path]) => path.startsWith('/_emulator'))
  for (const { servers, security } of controls.flatMap(([, methods]) => Object.values(methods))) {
    expect(servers.map(({ url }: { url: string }) => url)).toEqual(['/', '/sandbox/{sandbox}'])
    expect(servers[1].variables.sandbox.default).toBe('my-test')
    expect(security).toEqual([{}, { ControlToken: [] }])
  }
  expect(document.components.securitySchemes.ControlToken).toMatchObject({ type: 'http', scheme: 'bearer' })
})

describe('the served document and pages', () => {
  test('the document is the same as YAML and as JSON', async () => {
    const { app } = await startApp()
    const yaml = await app.inject('/openapi.yaml')
    const json = await app.inject('/openapi.json')
    expect(yaml.headers['content-type']).toContain('application/yaml')
    expect(yaml.body).toBe(await getDocument())
    expect(parse(yaml.body)).toEqual(json.json())
  })

  test('the pages at /docs show the document and load nothing from other hosts', async () => {
    const { listen } = await startApp()
    const url = await listen()
    for (const path of ['/docs', '/docs/', '/docs/static/index.html']) {
      const page = await fetch(url + path)
      expect(page.status).toBe(200)
      expect(await page.text()).toContain('swagger-ui')
    }
    const page = await (await fetch(`${url}/docs`)).text()
    expect(page).not.toMatch(/(src|href)="(https?:)?\/\//)
    expect(await (await fetch(`${url}/docs/static/swagger-initializer.js`)).text()).toMatch(/"?validatorUrl"?:\s*null/)
    expect(await (await fetch(`${url}/docs/static/swagger-ui-bundle.js`)).text()).toContain('SwaggerUIBundle')
    const document = (await (await fetch(`${url}/docs/json`)).json()) as OpenApiDocument
    expect(Object.keys(document.paths)).toContain('/organization/admin_api_keys')
  })

  test.each(['/docs', '/docs/', '/docs?next=/docs/', '/docs/?next=/docs'])(
    'every file and the document that the page at %s loads exist behind a path prefix',
    async (path) => {
      const { listen } = await startApp()
      const proxy = await startTamperingProxy(await listen(), {
        request: (request) => {
          request.url = request.url.startsWith('/team/emulator/')
            ? request.url.slice('/team/emulator'.length)
            : '/nothing'
        },
      })
      const page = await fetch(`${proxy.url}/team/emulator${path}`)
      const links = [...(await page.text()).matchAll(/(?:src|href)="([^"]+)"/g)].map(([, link = '']) => link)
      expect(links).toHaveLength(6)
      for (const link of links) expect((await fetch(new URL(link, page.url))).status, link).toBe(200)
      // Where the initializer finds the document.
      const initializer = links.find((link) => link.endsWith('swagger-initializer.js')) ?? ''
      const document = new URL('../../openapi.json', new URL(initializer, page.url))
      expect(document.pathname).toBe('/team/emulator/openapi.json')
      expect((await fetch(document)).status).toBe(200)
    },
  )

  test('the document, the pages and the controls reject public host names that are not allowed', async () => {
    const { app } = await startApp({ allowedHosts: ['docs.example.com'] })
    for (const url of ['/docs', '/docs/', '/docs/%zz', '/_emulator/x', '/openapi.yaml', '/openapi.json']) {
      const response = await app.inject({ url, headers: { host: 'evil.example.com:4010' } })
      expect(response.statusCode).toBe(403)
      expect(response.body).toBe(
        `{"error":{"message":"The host 'evil.example.com' is not allowed: it must be an IP address, a name without a dot, a name under .localhost, .local, .internal or .svc, or a name given with --allow-host.","type":"emulator_error","param":null,"code":"forbidden_host"}}`,
      )
    }
    const invalidNames = [
      'evil..local',
      '.local',
      'a..',
      '-a.local',
      'a-.local',
      '-',
      `${'a'.repeat(64)}.local`,
      'a.b'.repeat(70),
    ]
    for (const host of [
      '[::1].evil.com',
      'evil.com#.local',
      'evil.com/.local',
      '127.0.0.1.evil.com',
      'a b.c',
      ...invalidNames,
    ]) {
      expect((await app.inject({ url: '/openapi.json', headers: { host } })).statusCode, host).toBe(403)
    }
    const allowedNames = [
      'localhost',
      'emulator:4010',
      '127.0.0.1:4010',
      '[::1]:4010',
      'a.localhost',
      'b.internal:80',
      'c.local',
      'd.local.',
      'a_service',
      `${'a'.repeat(63)}.local`,
      'Docs.Example.com',
      '10.1.2.3',
    ]
    for (const host of allowedNames) {
      expect((await app.inject({ url: '/openapi.json', headers: { host } })).statusCode, host).toBe(200)
    }
  })

  test('an unknown page or control and a wrong method get an error of the emulator', async () => {
    const { call } = await startApp()
    const unknown = await call('GET', '/_emulator/nothing', { as: null })
    expect(unknown.status).toBe(404)
    expect(unknown.text).toBe(
      '{"error":{"message":"The emulator has no page or control at GET /_emulator/nothing.","type":"emulator_error","param":null,"code":"unknown_url"}}',
    )
    for (const url of ['/docs/nothing', '/docs/%zz', '/docs/static/..%2f..%2fpackage.json']) {
      const page = await call('GET', url, { as: null })
      expect(page.status, url).toBe(404)
      expect(page.body.error, url).toMatchObject({ type: 'emulator_error', code: 'unknown_url' })
      expect(page.headers, url).not.toHaveProperty('openai-version')
    }
    for (const path of ['/docs/nothing', '/docs/st%61tic/nothing.js']) {
      const { body } = await call('GET', `${path}?version=1`, { as: null })
      expect(body.error.message).toBe(`The emulator has no page or control at GET ${path}.`)
    }
    const wrongMethod = await call('POST', '/health', { as: null })
    expect(wrongMethod.text).toBe(
      '{"error":{"message":"POST is not allowed on /health; use GET, HEAD.","type":"emulator_error","param":null,"code":"method_not_allowed"}}',
    )
    expect(wrongMethod.status).toBe(405)
    expect(wrongMethod.headers['allow']).toBe('GET, HEAD')
    expect((await call('HEAD', '/ready', { as: null })).status).toBe(200)
    expect(wrongMethod.headers).not.toHaveProperty('openai-version')
  })
})

test('GET /health and GET /ready require no key', async () => {
  const { call } = await startApp({ adminKey: undefined })
  expect(await call('GET', '/health', { as: null })).toMatchObject({ status: 200, body: { status: 'ok' } })
  expect(await call('GET', '/ready', { as: null })).toMatchObject({ status: 200, body: { status: 'ready' } })
})
