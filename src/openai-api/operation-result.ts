import type { Json } from './json-text.ts'

/** The JSON of an operation's response, and the ids of the objects that it concerns, if it concerns exactly one of a kind. */
export interface OperationResult<Shape> {
  json: Json<Shape>
  keyId?: string
}
