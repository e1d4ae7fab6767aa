import { isUtf8 } from 'node:buffer'
import type { IncomingMessage } from 'node:http'
import type { ValidateFunction } from 'ajv'
import type { FastifyInstance, FastifyRequest, FastifySchemaCompiler } from 'fastify'
import type { TSchema } from 'typebox'
import { compressionOf } from '../common/http-syntax.ts'
import { isTooDeep, maxJsonDepth } from '../common/json-depth.ts'
import { readBody } from '../common/read-body.ts'
import { createAjv } from '../schema/ajv.ts'
import { documentOf, type SourceDocument } from '../schema/document.ts'
import { toViolation } from '../schema/schema-errors.ts'
import * as errors from './errors.ts'

const kib = 1024
const mib = 1024 * kib

/** How long a body may be, by its format. */
interface BodyLimits {
  json: number
  yaml: number
}

// Parsing blocks all other requests: 1 MiB of YAML for seconds, which only a state is worth.
const stateLimits: BodyLimits = { json: 64 * mib, yaml: mib }
const otherLimits: BodyLimits = { json: mib, yaml: 16 * kib }

// A client that sends more receives the response before it has sent everything, and may not read it.
const drainLimitBytes = 128 * mib

/** A body that matches its schema, and how to report what else is wrong with it. */
export interface ParsedBody<Content> extends SourceDocument {
  content: Content
}

/** Makes the routes of `app` accept JSON, or YAML that is declared as such, and validate it by their schema. */
export function useDocumentBodies(app: FastifyInstance): void {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', async (request: FastifyRequest, payload: IncomingMessage) =>
    parseBody(request, payload),
  )
  app.addHook('preValidation', ({ body, routeOptions }, _reply, done) => {
    const { requiresBody } = (routeOptions.schema ?? {}) as { requiresBody?: boolean }
    done(requiresBody && body === undefined ? errors.invalidBody(undefined, 'is required') : undefined)
  })
  app.setValidatorCompiler(validatorCompiler)
  app.setErrorHandler((error, { headers }) => {
    throw isUnreadableType(error) ? errors.invalidContentType(headers['content-type'] ?? '') : error
  })
}

/** Fastify itself rejects a malformed content type; any other is treated as JSON. */
const isUnreadableType = (error: unknown) =>
  (error as { code?: unknown } | null)?.code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE'

async function readControlBody(payload: IncomingMessage, limitBytes: number, format: string): Promise<Buffer> {
  const tooLarge = errors.controlBodyTooLarge(limitBytes, format)
  if (Number(payload.headers['content-length']) > drainLimitBytes) throw tooLarge
  const limits = { limitBytes, drainLimitBytes, closesConnection: true }
  const bytes = await readBody(payload, limits).catch(() => {
    throw errors.bodyIncomplete()
  })
  if (bytes === undefined) throw tooLarge
  return bytes
}

async function parseBody(
  { headers, routeOptions }: FastifyRequest,
  payload: IncomingMessage,
): Promise<SourceDocument | undefined> {
  const { carriesState } = (routeOptions.schema ?? {}) as { carriesState?: boolean }
  const limits = carriesState ? stateLimits : otherLimits
  const isYaml = /^[a-z]+\/(x-)?yaml\b/i.test(headers['content-type'] ?? '')
  const bytes = await readControlBody(payload, isYaml ? limits.yaml : limits.json, isYaml ? 'YAML' : 'JSON')
  if (bytes.length === 0) return undefined
  const encoding = compressionOf(headers)
  if (encoding !== undefined) {
    throw errors.invalidBody(undefined, `is compressed (content-encoding: ${encoding}): send it uncompressed`)
  }
  if (!isUtf8(bytes)) throw errors.invalidBody(undefined, 'is not UTF-8')
  // Some editors start a file with a byte order mark.
  const text = bytes.toString('utf8').replace(/^\uFEFF/, '')
  if (!isYaml && isTooDeep(bytes)) throw errors.invalidBody(undefined, `has more than ${maxJsonDepth} levels`)
  if (!isYaml) return parseJson(text)
  return (await import('../schema/yaml.ts')).parseYaml(text)
}

function parseJson(text: string): SourceDocument {
  try {
    return documentOf(JSON.parse(text))
  } catch {
    // The parser's message quotes the body, which may contain a secret.
    throw errors.invalidBody(undefined, 'is not valid JSON; YAML must be declared as application/yaml')
  }
}

// Validators are compiled at the first request that needs them: at start they would cost more than everything else.
const validatorCompiler: FastifySchemaCompiler<TSchema> = ({ schema, httpPart }) => {
  if (httpPart !== 'body') return () => true
  let validate: ValidateFunction | undefined
  return (body: SourceDocument | null) => {
    // Fastify passes null for a missing body.
    const document = body ?? documentOf({})
    validate ??= createAjv().compile(schema)
    if (validate(document.content)) return { value: document }
    return { error: document.errorAt(...toViolation(validate.errors)) }
  }
}
