import { isDeepStrictEqual } from 'node:util'

type Schema = Record<string, unknown>

interface Operation {
  operationId?: string
  security?: Record<string, unknown>[]
  parameters?: { name: string; in: string; required?: boolean; schema?: Schema }[]
  requestBody?: { required?: boolean; content: Record<string, { schema: Schema }> }
  responses: Record<string, { content?: Record<string, { schema: Schema }> }>
}

export interface OpenApiDocument {
  paths: Record<string, Record<string, Operation>>
  components: { schemas: Record<string, Schema> }
}

const resource = '/organization/admin_api_keys'
const methods = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace']

/**
 * Compares the emulator's document with a published one. Each operation on admin API keys must have the same parameters
 * and request body. Responses must have every published field with a published type, and may require or enumerate more,
 * never less.
 */
export function compareDocuments(emulatedDocument: OpenApiDocument, publishedDocument: OpenApiDocument) {
  const differences: string[] = []
  const emulatedOperations = operationsOf(emulatedDocument)
  const publishedOperations = operationsOf(publishedDocument)
  for (const key of new Set([...emulatedOperations.keys(), ...publishedOperations.keys()])) {
    const emulated = emulatedOperations.get(key)
    const published = publishedOperations.get(key)
    if (emulated === undefined) differences.push(`${key}: is missing from openapi.yaml`)
    else if (published === undefined) differences.push(`${key}: is not in the published document`)
    else
      differences.push(
        ...compareOperation(emulated, published, emulatedDocument, publishedDocument).map((each) => `${key}: ${each}`),
      )
  }
  return { differences, compared: publishedOperations.size }
}

/** Returns the operations of the resource by method and path; the published document has hundreds of others. */
function operationsOf({ paths }: OpenApiDocument): Map<string, Operation> {
  const found = Object.entries(paths)
    .filter(([path]) => path === resource || path.startsWith(`${resource}/`))
    .flatMap(([path, item]) => Object.entries(item).map(([method, operation]) => ({ method, path, operation })))
    .filter(({ method }) => methods.includes(method))
  return new Map(found.map(({ method, path, operation }) => [`${method.toUpperCase()} ${path}`, operation]))
}

function compareOperation(
  emulated: Operation,
  published: Operation,
  emulatedDocument: OpenApiDocument,
  publishedDocument: OpenApiDocument,
): string[] {
  const differences: string[] = []
  if (emulated.operationId !== published.operationId) {
    differences.push(`operationId is ${emulated.operationId}, published ${published.operationId}`)
  }
  if (!isDeepStrictEqual(emulated.security, published.security)) {
    differences.push(
      `security is ${JSON.stringify(emulated.security)}, published ${JSON.stringify(published.security)}`,
    )
  }
  differences.push(...compareParameters(emulated, published))
  const bodies = [bodyOf(emulated, emulatedDocument), bodyOf(published, publishedDocument)] as const
  if (!isDeepStrictEqual(...bodies)) {
    differences.push(`the body is ${JSON.stringify(bodies[0])}, published ${JSON.stringify(bodies[1])}`)
  }
  for (const [status, { content }] of Object.entries(published.responses)) {
    const publishedSchema = content?.['application/json']?.schema
    const emulatedSchema = emulated.responses[status]?.content?.['application/json']?.schema
    if (emulated.responses[status] === undefined) differences.push(`the status ${status} is missing from openapi.yaml`)
    else if (publishedSchema !== undefined) {
      differences.push(
        ...compareResponse(
          resolve(emulatedSchema, emulatedDocument),
          resolve(publishedSchema, publishedDocument),
          `${status} `,
        ),
      )
    }
  }
  return differences
}

function compareParameters(emulated: Operation, published: Operation): string[] {
  const constraintsByName = ({ parameters = [] }: Operation) =>
    new Map(
      parameters.map((each) => [
        `${each.in} ${each.name}`,
        { required: each.required === true, ...constraints(each.schema) },
      ]),
    )
  const [emulatedConstraints, publishedConstraints] = [constraintsByName(emulated), constraintsByName(published)]
  return [...new Set([...emulatedConstraints.keys(), ...publishedConstraints.keys()])]
    .filter((name) => !isDeepStrictEqual(emulatedConstraints.get(name), publishedConstraints.get(name)))
    .map(
      (name) =>
        `parameter ${name} is ${JSON.stringify(emulatedConstraints.get(name))}, published ${JSON.stringify(publishedConstraints.get(name))}`,
    )
}

/** Returns what a schema requires of a value. `nullable` is from an older OpenAPI version and has no meaning in 3.1. */
function constraints(schema: Schema = {}): Schema {
  const names = ['type', 'default', 'minimum', 'maximum', 'minLength', 'maxLength', 'pattern'] as const
  const entries = names.filter((name) => schema[name] !== undefined).map((name) => [name, schema[name]])
  const values = allowedValues(schema)
  return { ...Object.fromEntries(entries), ...(values === undefined ? {} : { values: values.toSorted() }) }
}

/** Returns the values that a schema allows; a constant is a list of one. */
function allowedValues({ enum: list, const: only }: Schema): unknown[] | undefined {
  return only === undefined ? (list as unknown[] | undefined) : [only]
}

function bodyOf({ requestBody }: Operation, document: OpenApiDocument) {
  const schema = requestBody?.content['application/json']?.schema
  if (schema === undefined) return undefined
  const { types, properties, required } = resolve(schema, document)
  const fields = Object.entries(properties).map(([name, field]) => [name, constraints(resolve(field, document).schema)])
  return {
    isRequired: requestBody?.required === true,
    types: [...types],
    required: [...required].sort(),
    fields: Object.fromEntries(fields.toSorted()),
  }
}

interface Resolved {
  schema: Schema
  types: Set<string>
  properties: Record<string, Schema>
  required: Set<string>
  items: Resolved | undefined
  document: OpenApiDocument
}

/** Follows the references of a schema and merges the parts of `allOf`, `anyOf` and `oneOf`. */
function resolve(schema: Schema | undefined, document: OpenApiDocument): Resolved {
  const followed = follow(schema ?? {}, document)
  const parts = ((followed['allOf'] as Schema[] | undefined) ?? []).map((part) => resolve(part, document))
  const choices = ((followed['anyOf'] ?? followed['oneOf'] ?? []) as Schema[]).map((each) => resolve(each, document))
  const ownTypes = [followed['type'] ?? []].flat() as string[]
  return {
    schema: followed,
    types: new Set([...ownTypes, ...[...choices, ...parts].flatMap(({ types }) => [...types])]),
    properties: Object.assign(
      {},
      ...[...choices, ...parts].map(({ properties }) => properties),
      followed['properties'],
    ),
    required: new Set([
      ...parts.flatMap(({ required }) => [...required]),
      ...((followed['required'] as string[]) ?? []),
    ]),
    items: followed['items'] === undefined ? undefined : resolve(followed['items'] as Schema, document),
    document,
  }
}

function follow(schema: Schema, document: OpenApiDocument): Schema {
  const reference = schema['$ref']
  if (typeof reference !== 'string') return schema
  const target = document.components.schemas[reference.replace('#/components/schemas/', '')]
  if (target === undefined) throw new Error(`unresolved reference ${reference}`)
  return follow(target, document)
}

function compareResponse(emulated: Resolved, published: Resolved, at: string): string[] {
  const differences: string[] = []
  const unpublishedTypes = [...emulated.types].filter((type) => !published.types.has(type))
  if (published.types.size > 0 && emulated.types.size === 0)
    differences.push(`${at}has no type, published ${[...published.types].join(', ')}`)
  if (published.types.size > 0 && unpublishedTypes.length > 0)
    differences.push(`${at}may be ${unpublishedTypes.join(', ')}, published ${[...published.types].join(', ')}`)
  const [emulatedValues, publishedValues] = [allowedValues(emulated.schema), allowedValues(published.schema)]
  const unpublishedValues = emulatedValues?.filter((value) => publishedValues?.includes(value) === false)
  if (publishedValues !== undefined && (emulatedValues === undefined || unpublishedValues?.length !== 0)) {
    differences.push(
      `${at}may be ${JSON.stringify(emulatedValues ?? 'anything')}, published ${JSON.stringify(publishedValues)}`,
    )
  }
  for (const name of published.required) {
    if (!emulated.required.has(name)) differences.push(`${at}.${name} is not required, published as required`)
  }
  for (const name of Object.keys(emulated.properties)) {
    if (published.properties[name] === undefined) differences.push(`${at}.${name} is not in the published document`)
  }
  for (const [name, schema] of Object.entries(published.properties)) {
    const field = emulated.properties[name]
    if (field === undefined) differences.push(`${at}.${name} is missing from openapi.yaml`)
    else
      differences.push(
        ...compareResponse(resolve(field, emulated.document), resolve(schema, published.document), `${at}.${name} `),
      )
  }
  if (published.items !== undefined && emulated.items === undefined)
    differences.push(`${at}does not describe its items`)
  if (emulated.items !== undefined && published.items !== undefined) {
    differences.push(...compareResponse(emulated.items, published.items, `${at}[] `))
  }
  return differences
}
