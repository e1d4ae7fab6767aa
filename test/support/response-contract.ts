import type { AnySchemaObject, ValidateFunction } from 'ajv'
import { Ajv2020 } from 'ajv/dist/2020.js'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { hasScannerMark } from '../../src/openai-api/keys/secret.ts'
import type { Inject } from './app.ts'
import { upstream } from './upstream.ts'

interface OpenApi {
  paths: Record<string, Record<string, { operationId?: string; responses: Record<string, unknown> }>>
  components: { schemas: Record<string, AnySchemaObject> }
}

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
  checkOwnDocument ??= createCheck(closed((await inject('/openapi.json')).json<OpenApi>()))
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

function createCheck(document: OpenApi): Check {
  const ajv = new Ajv2020({ strict: false, validateFormats: false })
  ajv.addSchema({ $id: 'document', components: document.components })
  const validators = new Map<AnySchemaObject, ValidateFunction>()
  const compile = (schema: AnySchemaObject): ValidateFunction => {
    const known = validators.get(schema) ?? ajv.compile(absolute(schema))
    validators.set(schema, known)
    return known
  }
  return (operation, status, body) => {
    const schema = responseSchema(document, operation, status)
    if (schema === undefined) return [`the status is not documented for ${operation}`]
    const validate = compile(schema)
    return validate(body) ? [] : [ajv.errorsText(validate.errors)]
  }
}

let checkOwnDocument: Check | undefined
const checkUpstream = upstream === undefined ? undefined : createCheck(upstream)

/** Returns the schema of a response. The published document has no errors; a bare string as `error` was observed (403). */
function responseSchema(document: OpenApi, operation: string | undefined, status: number): AnySchemaObject | undefined {
  const responses = Object.values(document.paths)
    .flatMap((path) => Object.values(path))
    .find((each) => each.operationId === operation)?.responses
  const isOwnDocument = document !== upstream
  // A failure of the emulator itself is not documented for any route.
  if (status >= 400 && (operation === undefined || !isOwnDocument || status === 500)) {
    return isOwnDocument || status !== 403 ? document.components.schemas['ErrorResponse'] : {}
  }
  // The published document does not know the control API.
  if (responses === undefined && !isOwnDocument) return {}
  const response = responses?.[String(status)] as { content?: Record<string, { schema: AnySchemaObject }> } | undefined
  return response?.content?.['application/json']?.schema
}

/** Returns a copy whose references point into the added document. */
const absolute = (schema: AnySchemaObject): AnySchemaObject =>
  JSON.parse(JSON.stringify(schema).replaceAll('"#/components/', '"document#/components/'))

/** Returns a copy in which no object can have undocumented properties. */
function closed(document: OpenApi): OpenApi {
  return JSON.parse(JSON.stringify(document), (_key, value: unknown) => {
    const isObjectSchema = typeof value === 'object' && value !== null && 'properties' in value && 'type' in value
    return isObjectSchema ? { additionalProperties: false, ...value } : value
  }) as OpenApi
}
