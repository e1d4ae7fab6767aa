import type { AnySchemaObject, ValidateFunction } from 'ajv'
import { Ajv2020 } from 'ajv/dist/2020.js'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { looksReal } from '../../src/admin-api-keys/secret.ts'
import { upstream } from './upstream.ts'

interface OpenApi {
  paths: Record<string, Record<string, { operationId?: string; responses: Record<string, unknown> }>>
  components: { schemas: Record<string, AnySchemaObject> }
}

/** Says what is wrong with an answer; nothing where it fits. */
type Check = (operation: string | undefined, status: number, answer: unknown) => string[]

/**
 * Watches every answer of a server: it must be in our own document, with nothing left out and nothing undocumented,
 * and fit the published one where that is at hand. Returns what it found wrong.
 */
export function watchAnswers(app: FastifyInstance): string[] {
  const found: string[] = []
  let checks: Check[] | undefined
  app.addHook('onSend', async (request, reply, payload) => {
    if (typeof payload !== 'string' || isPage(request)) return
    checks ??= [createCheck(closed(app.swagger() as unknown as OpenApi)), ...(upstream ? [createCheck(upstream)] : [])]
    const operation = request.routeOptions.schema?.operationId
    const where = `${request.method} ${request.originalUrl} ${reply.statusCode}`
    if (looksReal(payload)) found.push(`${where}: looks like a real secret to a scanner`)
    const answer: unknown = JSON.parse(payload)
    for (const check of checks) {
      found.push(
        ...check(operation, reply.statusCode, answer).map((wrong) => `${where}: ${wrong}: ${payload.slice(0, 300)}`),
      )
    }
  })
  return found
}

const isPage = ({ url }: FastifyRequest) => /^\/(docs|openapi)/.test(url)

const validators = new Map<unknown, ValidateFunction>()

function createCheck(document: OpenApi): Check {
  const ajv = new Ajv2020({ strict: false, validateFormats: false })
  ajv.addSchema({ $id: 'document', components: document.components })
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

/** The schema of an answer. The published document names no errors; a bare string instead of one was seen all the same. */
function responseSchema(document: OpenApi, operation: string | undefined, status: number): AnySchemaObject | undefined {
  const responses = Object.values(document.paths)
    .flatMap((path) => Object.values(path))
    .find((each) => each.operationId === operation)?.responses
  const isOurs = document !== upstream
  if (status >= 400 && (operation === undefined || !isOurs)) {
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
