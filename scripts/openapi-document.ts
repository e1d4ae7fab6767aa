export type Schema = Record<string, unknown>

/** A schema, and the document that its references refer to. */
export interface Located {
  schema: Schema
  document: OpenApiDocument
}

export interface Parameter {
  name: string
  in: string
  required?: boolean
  style?: string
  explode?: boolean
  schema?: Schema
}

type Content = Record<string, { schema?: Schema }>

export interface Response {
  $ref?: string
  headers?: Record<string, unknown>
  content?: Content
}

export interface Operation {
  operationId?: string
  security?: Record<string, unknown>[]
  parameters?: Parameter[]
  requestBody?: { required?: boolean; content: Content }
  responses: Record<string, Response>
}

export interface OpenApiDocument {
  paths: Record<string, Record<string, Operation>>
  components: { schemas: Record<string, Schema>; [kind: string]: Record<string, unknown> }
}

const methods = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace']

/** Returns the operations of a document by method and path, such as `GET /models`. */
export function operationsOf({ paths }: OpenApiDocument): Map<string, Operation> {
  const found = Object.entries(paths)
    .flatMap(([path, item]) => Object.entries(item).map(([method, operation]) => ({ method, path, operation })))
    .filter(({ method }) => methods.includes(method))
  return new Map(found.map(({ method, path, operation }) => [`${method.toUpperCase()} ${path}`, operation]))
}

/** Follows a reference to a component; returns anything else unchanged. */
export function follow<Target extends object>(target: Target, document: OpenApiDocument): Target {
  const { $ref: reference } = target as { $ref?: unknown }
  if (typeof reference !== 'string') return target
  const [, kind = '', name = ''] = /^#\/components\/(\w+)\/(.+)$/.exec(reference) ?? []
  const component = document.components[kind]?.[name]
  if (component === undefined) throw new Error(`unresolved reference ${reference}`)
  return follow(component as Target, document)
}

/** Merges slices of one document. What several of them have must be equal. */
export function mergeSlices(slices: readonly OpenApiDocument[]): OpenApiDocument {
  const merged: OpenApiDocument = { paths: {}, components: { schemas: {} } }
  for (const { paths, components } of slices) {
    addAll(merged.paths, paths)
    for (const [kind, named] of Object.entries(components)) {
      merged.components[kind] ??= {}
      addAll(merged.components[kind], named)
    }
  }
  return merged
}

function addAll(target: Record<string, unknown>, source: Record<string, unknown>): void {
  for (const [name, value] of Object.entries(source)) {
    const isOther = name in target && JSON.stringify(target[name]) !== JSON.stringify(value)
    if (isOther) throw new Error(`the documents have two forms of ${name}`)
    target[name] = value
  }
}
