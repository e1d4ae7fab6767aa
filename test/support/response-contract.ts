import type { AnySchemaObject, ValidateFunction } from 'ajv'
import { Ajv2020 } from 'ajv/dist/2020.js'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { follow, type OpenApiDocument, operationsOf } from '../../scripts/openapi-document.ts'
import { valuesOfClients } from '../../scripts/upstream-differences.ts'
import { hasScannerMark } from '../../src/openai-api/keys/secret.ts'
import type { Inject } from './app.ts'
import { upstream } from './upstream.ts'

/** Returns what is wrong with a response body; nothing if it matches. */
type Check = (operation: string | undefined, status: number, body: unknown) => string[]

interface CheckOptions {
  /** The test breaks response bodies on purpose. */
  breaksResponses: boolean
  inject: Inject
}

/**
 * Checks every response of an app: the body must match our own document without missing or undocumented fields, match the
 * published document if it is at hand, and the response must have the headers of its kind. Adds to `violations`. Where faults
 * break responses on purpose, only the headers are checked.
 */
export function checkResponses(app: FastifyInstance, violations: string[], options: CheckOptions): void {
  app.addHook('onSend', async (request, reply, payload) => {
    if (/^\/(docs|openapi|_emulator\/ui\b)/.test(request.url)) return
    const where = `${request.method} ${request.originalUrl} ${reply.statusCode}`
    const isControl = app.hasDecorator('swagger') || /^\/(health|ready)/.test(request.url)
    const found = headerViolations(reply, isControl)
    if (!options.breaksResponses) found.push(...(await bodyViolations(options.inject, request, reply, payload)))
    violations.push(...found.map((each) => `${where}: ${each}: ${String(payload).slice(0, 300)}`))
  })
}

// Only seeds with `unknown_route: empty` get an empty response.
const canBeEmpty = (reply: FastifyReply) => reply.statusCode === 404

async function bodyViolations(
  inject: Inject,
  request: FastifyRequest,
  reply: FastifyReply,
  payload: unknown,
): Promise<string[]> {
  if (payload === undefined && canBeEmpty(reply)) return []
  if (typeof payload !== 'string') return ['the body is not a string']
  if (hasScannerMark(payload)) return ['a secret scanner would report the body']
  checkOwnDocument ??= createCheck(closed((await inject('/openapi.json')).json()), ownSchema)
  // Injected errors are not documented for any operation.
  const isInjected = String(reply.getHeader('x-emulator-reason')).startsWith('fault; ')
  const operation = isInjected ? undefined : request.routeOptions.schema?.operationId
  const body: unknown = JSON.parse(payload)
  return [checkOwnDocument, checkUpstream].flatMap((check) => check?.(operation, reply.statusCode, body) ?? [])
}

function headerViolations(reply: FastifyReply, isControl: boolean): string[] {
  const headers = reply.getHeaders()
  const found: string[] = []
  if (reply.statusCode >= 400 && !headers['x-emulator-reason']) found.push('x-emulator-reason is missing')
  if (reply.statusCode < 400 && headers['x-emulator-reason']) found.push('a success has an x-emulator-reason')
  if (isControl) return found
  if (!/^req_[0-9a-f]{32}$/.test(String(headers['x-request-id']))) found.push('x-request-id is missing')
  const type = headers['content-type']
  if (type !== 'application/json' && !(type === undefined && canBeEmpty(reply))) found.push(`content-type is ${type}`)
  return found
}

/** What a document says about responses. */
interface Documented {
  errorResponse: AnySchemaObject
  has(operation: string): boolean
  /** Returns the schema of a response; undefined if it is not documented. */
  schemaOf(operation: string | undefined, status: number): AnySchemaObject | undefined
}

type FindSchema = (documented: Documented, operation: string | undefined, status: number) => AnySchemaObject | undefined

function createCheck(document: OpenApiDocument, findSchema: FindSchema): Check {
  const ajv = new Ajv2020({ strict: false, validateFormats: false })
  ajv.addSchema({ $id: 'document', components: document.components })
  const documented = readDocument(document)
  const validators = new Map<AnySchemaObject, ValidateFunction>()
  const compile = (schema: AnySchemaObject): ValidateFunction => {
    const known = validators.get(schema) ?? ajv.compile(absolute(schema))
    validators.set(schema, known)
    return known
  }
  return (operation, status, body) => {
    const schema = findSchema(documented, operation, status)
    if (schema === undefined) return [`the status is not documented for ${operation}`]
    const validate = compile(schema)
    return validate(body) ? [] : [ajv.errorsText(validate.errors)]
  }
}

function readDocument(document: OpenApiDocument): Documented {
  const operations = new Map([...operationsOf(document).values()].map((each) => [each.operationId, each]))
  return {
    errorResponse: document.components.schemas['ErrorResponse'] ?? {},
    has: (operation) => operations.has(operation),
    schemaOf(operation, status) {
      const response = operations.get(operation)?.responses[String(status)]
      return response && follow(response, document).content?.['application/json']?.schema
    },
  }
}

let checkOwnDocument: Check | undefined

/** Checks a response against the published document and what official clients add to it; undefined without a copy of it. */
export const checkUpstream = upstream && createCheck(withValuesOfClients(upstream), publishedSchema)

function ownSchema(documented: Documented, operation: string | undefined, status: number) {
  // A failure of the emulator itself is not documented for any route.
  const isOfEveryRoute = status >= 400 && (operation === undefined || status === 500)
  return isOfEveryRoute ? documented.errorResponse : documented.schemaOf(operation, status)
}

const bareError = { type: 'object', required: ['error'], properties: { error: { type: 'string' } } }
const anything = {}
const forbidden = { anyOf: [{ $ref: '#/components/schemas/ErrorResponse' }, bareError] }

/** Operations that only official clients have, each with a published one that has the same response. */
const sameResponse: Record<string, string> = { 'update-project-api-key': 'retrieve-project-api-key' }

/** The published document has few errors, all in one form; a bare string as `error` was observed (403). */
function publishedSchema(documented: Documented, operation = '', status: number) {
  if (status >= 400) return status === 403 ? forbidden : documented.errorResponse
  const published = documented.has(operation) ? operation : sameResponse[operation]
  // It does not know the control API, and its slices do not have the models.
  return published === undefined ? anything : documented.schemaOf(published, status)
}

function withValuesOfClients(document: OpenApiDocument): OpenApiDocument {
  const copy = structuredClone(document)
  for (const [component, values] of Object.entries(valuesOfClients)) {
    const schema = copy.components.schemas[component] as { enum: string[] }
    schema.enum.push(...values)
  }
  return copy
}

/** Returns a copy whose references point into the added document. */
const absolute = (schema: AnySchemaObject): AnySchemaObject =>
  JSON.parse(JSON.stringify(schema).replaceAll('"#/components/', '"document#/components/'))

/** Returns a copy in which no object can have undocumented properties. */
function closed(document: OpenApiDocument): OpenApiDocument {
  return JSON.parse(JSON.stringify(document), (_key, value: unknown) => {
    const isObjectSchema = typeof value === 'object' && value !== null && 'properties' in value && 'type' in value
    return isObjectSchema ? { additionalProperties: false, ...value } : value
  })
}
