import type { Json } from './json-text.ts'

/** The ids of the objects that an operation concerns, if it concerns exactly one of a kind. */
export interface TargetIds {
  keyId?: string
  projectId?: string
  serviceAccountId?: string
}

/** The JSON of an operation's response, and the ids that its URL does not name. */
export interface OperationResult<Shape> extends TargetIds {
  json: Json<Shape>
}
