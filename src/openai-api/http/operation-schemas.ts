import * as Type from 'typebox'
import { Ref } from '../../schema/typebox.ts'
import { ErrorResponse } from '../errors/schemas.ts'
import type { OperationId } from '../operation-ids.ts'
import { responseHeaderSchemas } from './response-headers.ts'

// What the declarations of all operations share.

interface OperationText {
  operationId: OperationId
  summary: string
  description: string
  tag: string
}

/** Returns the parts of an operation's schema that describe it. `security` names the kind of key that it requires. */
export const describeOperation = (
  { operationId, summary, description, tag }: OperationText,
  security = 'AdminApiKeyAuth',
) => ({ operationId, summary, description, tags: [tag], security: [{ [security]: [] }] })

/** Returns the schema of a response, with the description and headers that the document needs. */
export const response = <Status extends number, Schema extends Type.TSchema>(
  status: Status,
  schema: Schema,
  description: string,
) =>
  ({ [status]: { ...schema, description, headers: responseHeaderSchemas(status) } }) as unknown as Record<
    Status,
    Schema
  >

/** The errors of every operation. */
export const errorResponses = {
  ...response(400, Ref(ErrorResponse), 'The request is malformed, or a parameter is invalid.'),
  ...response(401, Ref(ErrorResponse), 'The key is missing or does not authenticate.'),
  // With the behavior `scope_error: string` the error is a bare string, as observed on other routes of the real API.
  ...response(
    403,
    Type.Object({ error: Type.Union([ErrorResponse.properties.error, Type.String()]) }),
    'The key is of another kind than the operation requires, or lacks the scope.',
  ),
  ...response(404, Ref(ErrorResponse), 'With `--no-auto-create`: the sandbox does not exist.'),
  ...response(503, Ref(ErrorResponse), 'Sandbox limit exceeded.'),
}

/** The errors of every operation with a body. */
export const bodyErrorResponses = {
  ...response(413, Ref(ErrorResponse), 'The body is longer than 1 MiB.'),
  ...response(415, Ref(ErrorResponse), 'The content type is not JSON.'),
}

/** The error of every operation on an object with an id; `noun` is what the id names. */
export const notFoundResponse = (noun: string) =>
  response(
    404,
    Ref(ErrorResponse),
    `No ${noun} has this ID, or, with \`--no-auto-create\`, the sandbox does not exist.`,
  )
