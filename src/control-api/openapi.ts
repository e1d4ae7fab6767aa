import type { SwaggerOptions } from '@fastify/swagger'
import type { FastifySchema } from 'fastify'
import { version } from '../common/package-info.ts'

const description = `A local test double for the Admin API keys endpoints of OpenAI's API.

Every operation of the API is available at \`/v1\`, and without that prefix. A sandbox is an emulated organization, for
example for one test; it is created on its first request, at \`/sandbox/NAME/v1\`.

This document describes the emulator in its own words. It is unofficial and not affiliated with OpenAI.`

/** Documents `openapiBody` instead of the body schema, if a route has one. */
const useOpenapiBody = (schema: FastifySchema & { openapiBody?: unknown }): FastifySchema =>
  schema?.openapiBody === undefined ? schema : { ...schema, body: schema.openapiBody }

/** Adds example bodies to an operation. */
export const bodyExamples = (examples: readonly unknown[]) => ({ 'x-body-examples': examples })

interface Header {
  required?: boolean
  schema: { required?: boolean }
}

interface Parameter {
  style?: string
  explode?: boolean
  schema?: { style?: string; explode?: boolean }
}

interface Operation {
  parameters?: Parameter[]
  'x-optional-body'?: boolean
  'x-body-examples'?: readonly unknown[]
  requestBody?: { required?: boolean; content: Record<string, { examples?: Record<string, { value: unknown }> }> }
  responses?: Record<string, { headers?: Record<string, Header | { $ref: string }> }>
}

interface Document {
  paths: Record<string, Record<string, Operation>>
  components: { headers?: Record<string, Header> }
}

/** Adds what a schema cannot express: examples, optional bodies, styles of parameters, and headers as shared components. */
function postProcess<Input>(document: Input): Input {
  const { paths, components } = document as Document
  components.headers = {}
  for (const operation of Object.values(paths).flatMap((path) => Object.values(path))) {
    postProcessBody(operation)
    for (const parameter of operation.parameters ?? []) postProcessParameter(parameter)
    for (const { headers = {} } of Object.values(operation.responses ?? {})) {
      for (const [name, header] of Object.entries(headers)) {
        headers[name] = toSharedHeader(name, header as Header, components)
      }
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

/** Moves the style of a parameter out of its schema, where it would mean nothing. */
function postProcessParameter(parameter: Parameter): void {
  const { style, explode, ...schema } = parameter.schema ?? {}
  if (style === undefined) return
  Object.assign(parameter, { style, explode, schema })
}

/** Adds a header to the components once and returns a reference to it. */
function toSharedHeader(name: string, header: Header, { headers = {} }: Document['components']) {
  const { required = false, ...schema } = header.schema
  const sharedName = required ? name : `${name}-if-known`
  headers[sharedName] = { ...header, required, schema }
  return { $ref: `#/components/headers/${sharedName}` }
}

/** Returns the servers of routes that every sandbox has, below `path`. */
const sandboxServers = (path: string) => [
  { url: path === '' ? '/' : path, description: 'The sandbox `default`.' },
  {
    url: `/sandbox/{sandbox}${path}`,
    description: 'Any other sandbox.',
    variables: { sandbox: { default: 'my-test', description: '1 to 64 of A-Z, a-z, 0-9, `.`, `_` and `-`.' } },
  },
]

/** How @fastify/swagger derives the document from the routes. */
export const openApiOptions: SwaggerOptions = {
  openapi: {
    openapi: '3.1.0',
    info: { title: 'Admin keys emulator', version, description, license: { name: 'MIT', identifier: 'MIT' } },
    servers: sandboxServers('/v1'),
    tags: [
      { name: 'Admin API keys', description: 'The emulated API, which changes only when the real one does.' },
      { name: 'Projects', description: 'Projects of the organization.' },
      { name: 'Project service accounts', description: 'Service accounts of projects, and their keys.' },
      { name: 'Project API keys', description: 'The keys of projects.' },
      { name: 'Audit logs', description: 'What was written to the organization.' },
      { name: 'Models', description: 'For verifying the key of a project.' },
      { name: 'Emulator', description: 'The emulator itself.' },
      {
        name: 'Controls',
        description:
          'Change or show a sandbox. The controls of sandboxes other than `default` are at `/sandbox/NAME/_emulator/`.',
      },
    ],
    components: {
      securitySchemes: {
        AdminApiKeyAuth: { type: 'http', scheme: 'bearer', description: 'An admin key; initially `sk-admin-local`.' },
        ProjectApiKeyAuth: {
          type: 'http',
          scheme: 'bearer',
          description: 'A key of a project, such as a new service account has.',
        },
        ControlToken: {
          type: 'http',
          scheme: 'bearer',
          description: 'The token of `--control-token`, if the emulator was started with one.',
        },
      },
    },
  },
  // Keeps `const`, and the names of components: the defaults are `enum` and `def-0`.
  convertConstToEnum: false,
  transform: ({ schema, url }) => ({ schema: useOpenapiBody(schema), url }),
  transformObject: (input) => ('openapiObject' in input ? postProcess(input.openapiObject) : input.swaggerObject),
  refResolver: { buildLocalReference: (json, _baseUri, _fragment, index) => String(json['$id'] ?? `def-${index}`) },
}

/** Returns the `servers` of routes that only exist at the root. */
export const rootServer = () => [{ url: '/' }]

/** Returns the `servers` of controls, which every sandbox has. */
export const controlServers = () => sandboxServers('')
