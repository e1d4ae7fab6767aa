import { isUtf8 } from 'node:buffer'
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { compressionOf } from '../../common/http-syntax.ts'
import { isTooDeep } from '../../common/json-depth.ts'
import { readBody } from '../../common/read-body.ts'
import { tryCatch } from '../../common/try-catch.ts'
import type { ApiError } from '../errors/api-error.ts'
import * as errors from '../errors/catalogue.ts'
import { jsonTypeOf } from './json-types.ts'

export const maxBodyBytes = 1024 * 1024

// Without this limit, one request could keep the server reading forever.
const drainLimitBytes = 64 * 1024 * 1024

/** Returns the raw body of a request; undefined if it is too long. */
export type GetBody = (request: FastifyRequest) => Promise<Buffer | undefined>

/**
 * Makes every POST of `app` accept a JSON object or nothing, and report mistakes in the API's order: 415, 413, 400. Fastify's
 * own parser rejects an empty body, accepts invalid UTF-8, and refuses a field named `__proto__` (decision 5).
 */
export function useJsonBodies(app: FastifyInstance, getBody: GetBody): void {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', (request: FastifyRequest, _payload, done) => {
    getBody(request).then((bytes) => {
      const result = tryCatch(() => parse(request, bytes))
      if ('error' in result) done(result.error)
      else done(null, result.value)
    }, done)
  })
}

/** Returns the error for a content type that Fastify cannot parse. Without a body the type is irrelevant. */
export function contentTypeError({ headers, routeOptions }: FastifyRequest): ApiError {
  const hasBody = headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0
  const [required] = (routeOptions.schema?.body as { required?: string[] } | undefined)?.required ?? []
  return hasBody || required === undefined
    ? errors.unsupportedContentType(headers['content-type'])
    : errors.missingParameter(required)
}

/** Reads the body of a request; resolves to undefined if it is too long. Rejects with 400 if it is incomplete. */
export const readApiBody = (payload: IncomingMessage): Promise<Buffer | undefined> =>
  readBody(payload, { limitBytes: maxBodyBytes, drainLimitBytes }).catch(() => {
    throw errors.malformedRequest('body_incomplete')
  })

function parse({ headers, routeOptions }: FastifyRequest, bytes: Buffer | undefined): unknown {
  const { 'content-type': contentType } = headers
  if (bytes?.length === 0) return undefined
  if (!isJson(contentType)) throw errors.unsupportedContentType(contentType)
  if (bytes === undefined) throw errors.bodyTooLarge(maxBodyBytes)
  if (isTooDeep(bytes)) throw errors.malformedJson('body_too_deep')
  const value = parseJson(headers, bytes)
  // OpenAI's Terraform provider sends null to archive a project.
  if (value === null && routeOptions.schema?.body === undefined) return undefined
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw errors.bodyNotAnObject(jsonTypeOf(value))
  }
  return value
}

function parseJson(headers: IncomingHttpHeaders, bytes: Buffer): unknown {
  const encoding = compressionOf(headers)
  const compressed = encoding && `body_compressed; content-encoding=${encoding}; send it uncompressed`
  if (!isUtf8(bytes)) throw errors.malformedJson(compressed ?? 'body_not_utf8')
  try {
    return JSON.parse(bytes.toString('utf8'))
  } catch {
    // The parser's message quotes the body, which may contain a secret.
    throw errors.malformedJson(compressed ?? 'body_not_json')
  }
}

function isJson(contentType: string | undefined): boolean {
  const mediaType = contentType?.split(';', 1)[0]?.trim().toLowerCase()
  return mediaType === 'application/json'
}
