import { readFileSync } from 'node:fs'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { describe, expect, test } from 'vitest'
import { parse, parseAllDocuments } from 'yaml'
import { readSnippets } from '../support/snippets.ts'

const root = new URL('../../', import.meta.url)
const snippets = readSnippets(new URL('docs/docker.md', root))
const snippet = (start: string) => snippets.find(({ text }) => text.startsWith(`${start}\n`))?.text ?? ''

const text = { type: 'string', minLength: 1 }
const count = { type: 'integer', minimum: 1 }
const texts = { type: 'array', items: text, minItems: 1 }
const map = { type: 'object', additionalProperties: text, minProperties: 1 }

/** A schema of an object that has only these fields; those with a `?` are optional. */
const fields = (properties: Record<string, object>) => ({
  type: 'object',
  properties: Object.fromEntries(Object.entries(properties).map(([name, schema]) => [name.replace('?', ''), schema])),
  required: Object.keys(properties).filter((name) => !name.endsWith('?')),
  additionalProperties: false,
})

function errorsOf(schema: object, value: unknown): string {
  const validate = new Ajv2020({ allowUnionTypes: true }).compile(schema)
  return validate(value) ? '' : JSON.stringify(validate.errors)
}

describe('the Kubernetes file of docs/docker.md', () => {
  const [deployment, service, ...more] = parseAllDocuments(snippet('# emulator.yaml')).map((each) => each.toJS())

  const probe = fields({
    httpGet: fields({ path: { enum: ['/ready', '/health'] }, port: { const: 'http' } }),
    'periodSeconds?': count,
    'failureThreshold?': count,
  })
  const quantity = { type: 'string', pattern: '^\\d+(m|Mi)$' }
  const container = fields({
    name: text,
    image: text,
    env: { type: 'array', items: fields({ name: text, value: text }) },
    ports: { type: 'array', items: fields({ name: text, containerPort: count }) },
    startupProbe: probe,
    readinessProbe: probe,
    livenessProbe: probe,
    resources: fields({
      requests: fields({ cpu: quantity, memory: quantity }),
      limits: fields({ memory: quantity }),
    }),
    securityContext: fields({
      runAsNonRoot: { const: true },
      readOnlyRootFilesystem: { const: true },
      allowPrivilegeEscalation: { const: false },
      capabilities: fields({ drop: { const: ['ALL'] } }),
      seccompProfile: fields({ type: { const: 'RuntimeDefault' } }),
    }),
  })

  test('the deployment has only known fields, each of its type', () => {
    const spec = fields({
      replicas: { const: 1 },
      selector: fields({ matchLabels: map }),
      template: fields({
        metadata: fields({ labels: map }),
        spec: fields({
          automountServiceAccountToken: { type: 'boolean' },
          containers: { type: 'array', items: container, minItems: 1, maxItems: 1 },
        }),
      }),
    })
    const head = { apiVersion: { const: 'apps/v1' }, kind: { const: 'Deployment' }, metadata: fields({ name: text }) }
    expect(errorsOf(fields({ ...head, spec }), deployment)).toBe('')
  })

  test('the service has only known fields, and its selector and port match the deployment', () => {
    const port = fields({ name: text, port: count, targetPort: text })
    const spec = fields({ selector: map, ports: { type: 'array', items: port, minItems: 1 } })
    const head = { apiVersion: { const: 'v1' }, kind: { const: 'Service' }, metadata: fields({ name: text }) }
    expect(errorsOf(fields({ ...head, spec }), service)).toBe('')
    expect(more).toEqual([])
    const { matchLabels } = deployment.spec.selector
    expect(deployment.spec.template.metadata.labels).toEqual(matchLabels)
    expect(service.spec.selector).toEqual(matchLabels)
    const [{ ports, env }] = deployment.spec.template.spec.containers
    expect(ports).toEqual([{ name: service.spec.ports[0].targetPort, containerPort: 4010 }])
    expect(env).toEqual([{ name: 'EMULATOR_ALLOW_HOST', value: service.metadata.name }])
  })
})

describe('the dev container of docs/docker.md', () => {
  const [, ...lines] = snippet('// .devcontainer/devcontainer.json').split('\n')
  const container = JSON.parse(lines.join('\n'))
  const compose = parse(snippet('# .devcontainer/compose.yaml'))

  test('devcontainer.json has only known fields, and names a service and a folder of its compose file', () => {
    const schema = fields({
      name: text,
      dockerComposeFile: text,
      service: text,
      workspaceFolder: text,
      forwardPorts: texts,
    })
    expect(errorsOf(schema, container)).toBe('')
    expect(container.dockerComposeFile).toBe('compose.yaml')
    expect(compose.services[container.service].volumes).toEqual([`..:${container.workspaceFolder}`])
    const [host, port] = container.forwardPorts[0].split(':')
    expect(compose.services[container.service].environment.EMULATOR_URL).toBe(`http://${host}:${port}`)
    expect(Object.keys(compose.services)).toContain(host)
  })

  test('its compose file has only known fields, and the workspace waits for the emulator', () => {
    const service = fields({
      image: text,
      'environment?': map,
      'depends_on?': { type: 'object', additionalProperties: fields({ condition: { const: 'service_healthy' } }) },
      'volumes?': texts,
      'command?': texts,
    })
    expect(errorsOf(fields({ name: text, services: { type: 'object', additionalProperties: service } }), compose)).toBe(
      '',
    )
    expect(Object.keys(compose.services.workspace.depends_on)).toEqual(['emulator'])
    expect(compose.services.emulator.environment.EMULATOR_ALLOW_HOST).toBe('emulator')
  })
})

test('docs/docker.md uses the image of this version, and the base image of the Dockerfile', () => {
  const { version } = JSON.parse(readFileSync(new URL('package.json', root), 'utf8'))
  const page = readFileSync(new URL('docs/docker.md', root), 'utf8')
  const images = new Set(page.match(/ghcr\.io\/[\w./:-]*\w/g))
  expect(images).toEqual(new Set([`ghcr.io/admin-keys-emulator/admin-keys-emulator:${version}`]))
  const [, node] = /^FROM (node:[\d.]+-\w+)/m.exec(readFileSync(new URL('Dockerfile', root), 'utf8')) ?? []
  expect(page).toContain(`image: ${node}\n`)
})
