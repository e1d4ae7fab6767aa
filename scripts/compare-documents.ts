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
 * Holds our document against a published one: for each operation on admin API keys the same parameters and the same
 * body; in answers ours may require and enumerate more, never less, and has every field of theirs with a type of theirs.
 */
export function compareDocuments(ours: OpenApiDocument, theirs: OpenApiDocument) {
  const differences: string[] = []
  const ourOperations = operationsOf(ours)
  const theirOperations = operationsOf(theirs)
  for (const place of new Set([...ourOperations.keys(), ...theirOperations.keys()])) {
    const mine = ourOperations.get(place)
    const published = theirOperations.get(place)
    if (mine === undefined) differences.push(`${place}: is missing from ours`)
    else if (published === undefined) differences.push(`${place}: is not in the published document`)
    else differences.push(...compareOperation(mine, published, ours, theirs).map((each) => `${place}: ${each}`))
  }
  return { differences, compared: theirOperations.size }
}

/** The operations by method and path, of the one resource; the published document has hundreds of others. */
function operationsOf({ paths }: OpenApiDocument): Map<string, Operation> {
  const found = Object.entries(paths)
    .filter(([path]) => path === resource || path.startsWith(`${resource}/`))
    .flatMap(([path, item]) => Object.entries(item).map(([method, operation]) => ({ method, path, operation })))
    .filter(({ method }) => methods.includes(method))
  return new Map(found.map(({ method, path, operation }) => [`${method.toUpperCase()} ${path}`, operation]))
}

function compareOperation(
  mine: Operation,
  published: Operation,
  ours: OpenApiDocument,
  theirs: OpenApiDocument,
): string[] {
  const differences: string[] = []
  if (mine.operationId !== published.operationId) {
    differences.push(`operationId is ${mine.operationId}, published ${published.operationId}`)
  }
  if (!isDeepStrictEqual(mine.security, published.security)) {
    differences.push(`security is ${JSON.stringify(mine.security)}, published ${JSON.stringify(published.security)}`)
  }
  differences.push(...compareParameters(mine, published))
  const bodies = [bodyOf(mine, ours), bodyOf(published, theirs)] as const
  if (!isDeepStrictEqual(...bodies)) {
    differences.push(`the body is ${JSON.stringify(bodies[0])}, published ${JSON.stringify(bodies[1])}`)
  }
  for (const [status, { content }] of Object.entries(published.responses)) {
    const theirSchema = content?.['application/json']?.schema
    const ourSchema = mine.responses[status]?.content?.['application/json']?.schema
    if (mine.responses[status] === undefined) differences.push(`the status ${status} is missing from ours`)
    else if (theirSchema !== undefined) {
      differences.push(...compareAnswer(resolve(ourSchema, ours), resolve(theirSchema, theirs), `${status} `))
    }
  }
  return differences
}

function compareParameters(mine: Operation, published: Operation): string[] {
  const shapes = ({ parameters = [] }: Operation) =>
    new Map(
      parameters.map((each) => [
        `${each.in} ${each.name}`,
        { required: each.required === true, ...constraints(each.schema) },
      ]),
    )
  const [ourShapes, theirShapes] = [shapes(mine), shapes(published)]
  return [...new Set([...ourShapes.keys(), ...theirShapes.keys()])]
    .filter((name) => !isDeepStrictEqual(ourShapes.get(name), theirShapes.get(name)))
    .map(
      (name) =>
        `parameter ${name} is ${JSON.stringify(ourShapes.get(name))}, published ${JSON.stringify(theirShapes.get(name))}`,
    )
}

/** What a schema demands of a value, without the words about it. `nullable` is of an older OpenAPI and says nothing in 3.1. */
function constraints(schema: Schema = {}): Schema {
  const names = ['type', 'default', 'minimum', 'maximum', 'minLength', 'maxLength', 'pattern'] as const
  const kept = names.filter((name) => schema[name] !== undefined).map((name) => [name, schema[name]])
  const values = allowedValues(schema)
  return { ...Object.fromEntries(kept), ...(values === undefined ? {} : { values: values.toSorted() }) }
}

/** The values that a schema allows: a list of one is a constant. */
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

/** A schema with its references followed and the parts of an `allOf` put together. */
function resolve(schema: Schema | undefined, document: OpenApiDocument): Resolved {
  const followed = follow(schema ?? {}, document)
  const parts = ((followed['allOf'] as Schema[] | undefined) ?? []).map((part) => resolve(part, document))
  const choices = ((followed['anyOf'] ?? followed['oneOf'] ?? []) as Schema[]).map((each) => resolve(each, document))
  const own = [followed['type'] ?? []].flat() as string[]
  return {
    schema: followed,
    types: new Set([...own, ...[...choices, ...parts].flatMap(({ types }) => [...types])]),
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
  if (target === undefined) throw new Error(`the document refers to ${reference}, which it does not have`)
  return follow(target, document)
}

function compareAnswer(mine: Resolved, published: Resolved, at: string): string[] {
  const differences: string[] = []
  const foreign = [...mine.types].filter((type) => !published.types.has(type))
  if (published.types.size > 0 && mine.types.size === 0)
    differences.push(`${at}has no type, published ${[...published.types].join(', ')}`)
  if (published.types.size > 0 && foreign.length > 0)
    differences.push(`${at}may be ${foreign.join(', ')}, published ${[...published.types].join(', ')}`)
  const [ourValues, theirValues] = [allowedValues(mine.schema), allowedValues(published.schema)]
  const unpublished = ourValues?.filter((value) => theirValues?.includes(value) === false)
  if (theirValues !== undefined && (ourValues === undefined || unpublished?.length !== 0)) {
    differences.push(`${at}may be ${JSON.stringify(ourValues ?? 'anything')}, published ${JSON.stringify(theirValues)}`)
  }
  for (const name of published.required) {
    if (!mine.required.has(name)) differences.push(`${at}.${name} is not required, published as required`)
  }
  for (const name of Object.keys(mine.properties)) {
    if (published.properties[name] === undefined) differences.push(`${at}.${name} is not in the published document`)
  }
  for (const [name, schema] of Object.entries(published.properties)) {
    const field = mine.properties[name]
    if (field === undefined) differences.push(`${at}.${name} is missing from ours`)
    else
      differences.push(
        ...compareAnswer(resolve(field, mine.document), resolve(schema, published.document), `${at}.${name} `),
      )
  }
  if (published.items !== undefined && mine.items === undefined) differences.push(`${at}says nothing of its items`)
  if (mine.items !== undefined && published.items !== undefined) {
    differences.push(...compareAnswer(mine.items, published.items, `${at}[] `))
  }
  return differences
}
