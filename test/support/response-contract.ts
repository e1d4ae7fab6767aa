import type { AnySchemaObject, ValidateFunction } from 'ajv'
import { Ajv2020 } from 'ajv/dist/2020.js'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { hasScannerMark } from '../../src/openai-api/admin-api-keys/secret.ts'
import { upstream } from './upstream.ts'

interface OpenApi {
  paths: Record<string, Record<string, { operationId?: string; responses: Record<string, unknown> }>>
  components: { schemas: Record<string, AnySchemaObject> }
}

/** Says what is wrong with an answer; nothing where it fits. */
type Check = (operation: string | undefined, status: number, answer: unknown) => string[]

interface Watching {
  /** Answers are spoilt on purpose. */
  isSpoilt: boolean
  /** The server that is asked, which hands on to the other what is ours. */
  front: () => FastifyInstance
}

/**
 * Watches every answer of a server: it must be in our own document, with nothing left out and nothing undocumented,
 * fit the published one where that is at hand, and carry the headers of its kind. Adds to `found` what is wrong. Where
 * faults spoil answers on purpose, only their headers are looked at.
 */
export function watchAnswers(server: FastifyInstance, found: string[], { isSpoilt, front }: Watching): void {
  server.addHook('onSend', async (request, reply, payload) => {
    if (/^\/(docs|openapi)/.test(request.url)) return
    const where = `${request.method} ${request.originalUrl} ${reply.statusCode}`
    const isOurs = server !== front() || /^\/(health|ready)/.test(request.url)
    const wrong = wrongHeaders(reply, isOurs)
    if (!isSpoilt) wrong.push(...(await wrongBody(front(), request, reply, payload)))
    found.push(...wrong.map((each) => `${where}: ${each}: ${String(payload).slice(0, 300)}`))
  })
}

// The seeds of the tests that want an empty answer are the only ones to get one.
const mayBeEmpty = (reply: FastifyReply) => reply.statusCode === 404

async function wrongBody(
  front: FastifyInstance,
  request: FastifyRequest,
  reply: FastifyReply,
  payload: unknown,
): Promise<string[]> {
  if (payload === undefined && mayBeEmpty(reply)) return []
  if (typeof payload !== 'string') return ['the answer is no text']
  if (hasScannerMark(payload)) return ['looks like a real secret to a scanner']
  ours ??= createCheck(closed((await front.inject('/openapi.json')).json<OpenApi>()))
  // An injected error is on no operation's list.
  const isInjected = String(reply.getHeader('x-emulator-reason')).startsWith('fault; ')
  const operation = isInjected ? undefined : request.routeOptions.schema?.operationId
  const answer: unknown = JSON.parse(payload)
  return [ours, theirs].flatMap((check) => check?.(operation, reply.statusCode, answer) ?? [])
}

function wrongHeaders(reply: FastifyReply, isOurs: boolean): string[] {
  const headers = reply.getHeaders()
  const wrong: string[] = []
  if (reply.statusCode >= 400 && !headers['x-emulator-reason']) wrong.push('there is no x-emulator-reason')
  if (reply.statusCode < 400 && headers['x-emulator-reason']) wrong.push('a success has a reason')
  if (isOurs) return wrong
  if (!/^req_[0-9a-f]{32}$/.test(String(headers['x-request-id']))) wrong.push('there is no x-request-id')
  const type = headers['content-type']
  if (type !== 'application/json' && !(type === undefined && mayBeEmpty(reply))) wrong.push(`content-type is ${type}`)
  return wrong
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
  return (operation, status, answer) => {
    const schema = responseSchema(document, operation, status)
    if (schema === undefined) return [`the status is not documented for ${operation}`]
    const validate = compile(schema)
    return validate(answer) ? [] : [ajv.errorsText(validate.errors)]
  }
}

let ours: Check | undefined
const theirs = upstream === undefined ? undefined : createCheck(upstream)

/** The schema of an answer. The published document names no errors; a bare string instead of one was seen all the same. */
function responseSchema(document: OpenApi, operation: string | undefined, status: number): AnySchemaObject | undefined {
  const responses = Object.values(document.paths)
    .flatMap((path) => Object.values(path))
    .find((each) => each.operationId === operation)?.responses
  const isOurs = document !== upstream
  // A failure of our own is on no route's list.
  if (status >= 400 && (operation === undefined || !isOurs || status === 500)) {
    return isOurs || status !== 403 ? document.components.schemas['ErrorResponse'] : {}
  }
  // What is ours alone the published document does not know.
  if (responses === undefined && !isOurs) return {}
  const response = responses?.[String(status)] as { content?: Record<string, { schema: AnySchemaObject }> } | undefined
  return response?.content?.['application/json']?.schema
}

/** A copy in which references lead into the document that was added whole. */
const absolute = (schema: AnySchemaObject): AnySchemaObject =>
  JSON.parse(JSON.stringify(schema).replaceAll('"#/components/', '"document#/components/'))

/** A copy in which no object may have a property that is not documented. */
function closed(document: OpenApi): OpenApi {
  return JSON.parse(JSON.stringify(document), (_key, value: unknown) => {
    const isObjectSchema = typeof value === 'object' && value !== null && 'properties' in value && 'type' in value
    return isObjectSchema ? { ...value, additionalProperties: false } : value
  }) as OpenApi
}
