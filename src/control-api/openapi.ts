import type { SwaggerOptions } from '@fastify/swagger'
import type { FastifySchema } from 'fastify'
import { version } from '../common/package-info.ts'

const description = `A local server that behaves like the Admin API keys endpoints of OpenAI's API, for use as a test double.

Every operation of the API answers at \`/v1\`, and without it. A sandbox is an organization of its own, for one test
perhaps; it comes into being when it is first addressed, at \`/sandbox/NAME/v1\`.

This document describes the emulator, in its own words. It is unofficial and not affiliated with OpenAI.`

/** A route may validate by one schema, whose errors say more, and be documented by another that says the same. */
const useOpenapiBody = (schema: FastifySchema & { openapiBody?: unknown }): FastifySchema =>
  schema?.openapiBody === undefined ? schema : { ...schema, body: schema.openapiBody }

/** Marks an operation whose body may be left out. */
export const optionalBody = { 'x-optional-body': true }

/** Bodies that work, for an operation. */
export const bodyExamples = (examples: readonly unknown[]) => ({ 'x-body-examples': examples })

interface Header {
  required?: boolean
  schema: { required?: boolean }
}

interface Operation {
  'x-optional-body'?: boolean
  'x-body-examples'?: readonly unknown[]
  requestBody?: { required?: boolean; content: Record<string, { examples?: Record<string, { value: unknown }> }> }
  responses?: Record<string, { headers?: Record<string, Header | { $ref: string }> }>
}

interface Document {
  paths: Record<string, Record<string, Operation>>
  components: { headers?: Record<string, Header> }
}

/** Puts in its place what a schema cannot say: what bodies may be, whether one may be left out, and of what kind a header is. */
function postProcess<Input>(document: Input): Input {
  const { paths, components } = document as Document
  components.headers = {}
  for (const operation of Object.values(paths).flatMap((path) => Object.values(path))) {
    postProcessBody(operation)
    for (const { headers = {} } of Object.values(operation.responses ?? {})) {
      for (const [name, header] of Object.entries(headers))
        headers[name] = toSharedHeader(name, header as Header, components)
    }
  }
  return document
}

function postProcessBody(operation: Operation): void {
  const { requestBody, 'x-optional-body': isOptional, 'x-body-examples': examples = [] } = operation
  delete operation['x-optional-body']
  delete operation['x-body-examples']
  if (requestBody === undefined) return
  if (isOptional) requestBody.required = false
  const named = Object.fromEntries(examples.map((value, n) => [`example${n + 1}`, { value }]))
  if (examples.length > 0) for (const media of Object.values(requestBody.content)) media.examples = named
}

/** A reference to the header among the components, of which each is there once. */
function toSharedHeader(name: string, header: Header, { headers = {} }: Document['components']) {
  const { required = false, ...schema } = header.schema
  const sharedName = required ? name : `${name}-if-known`
  headers[sharedName] = { ...header, required, schema }
  return { $ref: `#/components/headers/${sharedName}` }
}

/** The sandbox `default` and any other, `path` being what stands below them. */
const sandboxServers = (path: string) => [
  { url: path === '' ? '/' : path, description: 'The sandbox `default`.' },
  {
    url: `/sandbox/{sandbox}${path}`,
    description: 'Any other sandbox.',
    variables: { sandbox: { default: 'my-test', description: '1 to 64 of A-Z, a-z, 0-9, `.`, `_` and `-`.' } },
  },
]

/** How @fastify/swagger derives the document from the schemas of the routes. */
export const openApiOptions: SwaggerOptions = {
  openapi: {
    openapi: '3.1.0',
    info: { title: 'Admin keys emulator', version, description, license: { name: 'MIT', identifier: 'MIT' } },
    servers: sandboxServers('/v1'),
    tags: [
      { name: 'Admin API keys', description: 'The emulated API: what changes only when the real one does.' },
      { name: 'Emulator', description: 'The emulator itself.' },
      {
        name: 'Controls',
        description:
          'What a test does to a sandbox. Those of another than `default` stand at `/sandbox/NAME/_emulator/`.',
      },
    ],
    components: {
      securitySchemes: {
        AdminApiKeyAuth: { type: 'http', scheme: 'bearer', description: 'An admin key: `sk-admin-local` at first.' },
        ControlToken: {
          type: 'http',
          scheme: 'bearer',
          description: 'The token of `--control-token`, where the emulator was started with one.',
        },
      },
    },
  },
  // As the source has them: by default a `const` becomes an `enum` and a component is called `def-0`.
  convertConstToEnum: false,
  transform: ({ schema, url }) => ({ schema: useOpenapiBody(schema), url }),
  transformObject: (document) =>
    postProcess('openapiObject' in document ? document.openapiObject : document.swaggerObject),
  refResolver: { buildLocalReference: (json, _baseUri, _fragment, index) => String(json['$id'] ?? `def-${index}`) },
}

/** The `servers` of the routes of the emulator itself, which stand at the root. */
export const rootServer = () => [{ url: '/' }]

/** Those of controls, which stand below each sandbox, too. */
export const controlServers = () => sandboxServers('')
