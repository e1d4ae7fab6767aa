import { isUtf8 } from 'node:buffer'
import type { IncomingMessage } from 'node:http'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { tryCatch } from '../../common/try-catch.ts'
import type { ApiError } from '../errors/api-error.ts'
import * as errors from '../errors/catalogue.ts'
import { jsonTypeOf } from './json-types.ts'

/** In bytes. A longer body is 413. */
const bodyLimit = 1024 * 1024

// A body past the limit is read to its end, so that a client still sending it sees the answer and no broken pipe;
// past this many bytes it is not, or one request could keep us reading for ever.
const drainLimit = 64 * 1024 * 1024

/** The body of a request as it came, `undefined` for one that is too long. */
export type GetBody = (request: FastifyRequest) => Promise<Buffer | undefined>

/**
 * Makes every POST of `app` take a JSON object or nothing, by the API's rules and in its order: 415, then 413, then 400.
 * Fastify's own parser is not used: it refuses an empty body, takes bad UTF-8, and balks at a field called `__proto__`.
 */
export function useJsonBodies(app: FastifyInstance, getBody: GetBody = ({ raw }) => readBody(raw)): void {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', (request: FastifyRequest, _payload, done) => {
    getBody(request).then((bytes) => {
      const result = tryCatch(() => parse(request.headers['content-type'], bytes))
      if ('error' in result) done(result.error)
      else done(null, result.value)
    }, done)
  })
}

/** What a content type that Fastify cannot even read means: nothing, where it describes no body. */
export function contentTypeError({ headers, routeOptions }: FastifyRequest): ApiError {
  const hasBody = headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0
  const [required] = (routeOptions.schema?.body as { required?: string[] } | undefined)?.required ?? []
  return hasBody || required === undefined
    ? errors.unsupportedContentType(headers['content-type'])
    : errors.missingParameter(required)
}

/** Reads a body to its end, `undefined` for one that is too long. Rejects with 400 where it breaks off. */
export function readBody(payload: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = []
  let length = 0
  return new Promise((resolve, reject) => {
    payload.on('data', (chunk: Buffer) => {
      length += chunk.length
      if (length > drainLimit) payload.destroy()
      if (length > bodyLimit) chunks.length = 0
      else chunks.push(chunk)
    })
    payload.on('end', () => resolve(length > bodyLimit ? undefined : Buffer.concat(chunks, length)))
    // The client broke off, or what it sent ceased to be HTTP; the bare socket has been answered where it could be.
    const rejectIncomplete = () => {
      if (!payload.readableEnded) reject(errors.malformedRequest('body_incomplete'))
    }
    payload.on('error', rejectIncomplete)
    payload.on('close', rejectIncomplete)
    // Of what is over already there will be no word.
    if (payload.readableEnded) resolve(Buffer.alloc(0))
    else if (payload.destroyed) rejectIncomplete()
  })
}

function parse(contentType: string | undefined, bytes: Buffer | undefined): unknown {
  if (bytes?.length === 0) return undefined
  if (!isJson(contentType)) throw errors.unsupportedContentType(contentType)
  if (bytes === undefined) throw errors.bodyTooLarge(bodyLimit)
  if (!isUtf8(bytes)) throw errors.malformedJson('body_not_utf8')
  const value = parseJson(bytes.toString('utf8'))
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw errors.bodyNotAnObject(jsonTypeOf(value))
  return value
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // The parser's message quotes the body, which may hold a secret.
    throw errors.malformedJson('body_not_json')
  }
}

function isJson(contentType: string | undefined): boolean {
  const mediaType = contentType?.split(';', 1)[0]?.trim().toLowerCase()
  return mediaType === 'application/json'
}
