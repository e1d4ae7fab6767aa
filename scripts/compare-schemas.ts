import { follow, type Located, type OpenApiDocument, type Schema } from './openapi-document.ts'

/** `missing`: only the published document has it. `unpublished`: only openapi.yaml has it. */
export type DifferenceKind = 'missing' | 'unpublished'

export interface Difference {
  /** What differs, such as `Project.name required`: a published component or an operation, and a part of it. */
  place: string
  kind: DifferenceKind
}

export type Usage = 'request' | 'response'

const both: readonly DifferenceKind[] = ['missing', 'unpublished']

/** Compares two lists of names, which stand below `place`. Reports only differences of the given kinds. */
export function compareNames(
  place: string,
  emulated: Iterable<string>,
  published: Iterable<string>,
  kinds = both,
): Difference[] {
  const differences = (names: Iterable<string>, others: Iterable<string>, kind: DifferenceKind): Difference[] => {
    const known = new Set(others)
    return kinds.includes(kind)
      ? [...names].filter((name) => !known.has(name)).map((name) => ({ place: `${place}${name}`, kind }))
      : []
  }
  const [own, theirs] = [[...emulated], [...published]]
  return [...differences(theirs, own, 'missing'), ...differences(own, theirs, 'unpublished')]
}

/**
 * Compares a schema with a published one. What a request may be must be equal. A response must have every published field, of a
 * published type, and no other field; it may require more and enumerate less, never the other way round.
 */
export function compareSchemas(emulated: Located, published: Located, at: string, usage: Usage): Difference[] {
  const [own, theirs] = [resolve(emulated), resolve(published)]
  const place = theirs.component ?? at
  const isRequest = usage === 'request'
  const mayBeLess = isRequest ? both : (['unpublished'] as const)
  const mayBeMore = isRequest ? both : (['missing'] as const)
  return [
    ...compareNames(at, own.nullable, theirs.nullable, mayBeLess),
    ...compareAllowed(`${place} type `, own.types, theirs.types, mayBeLess),
    ...compareAllowed(`${place} value `, own.values, theirs.values, mayBeLess),
    ...compareNames(`${place} `, own.format, theirs.format, mayBeMore),
    ...compareNames(`${place} `, own.limits, theirs.limits, isRequest ? both : []),
    ...compareNames(`${place}.`, own.required, theirs.required, mayBeMore),
    ...compareProperties(own, theirs, place, usage),
    ...compareItems(own, theirs, place, usage),
  ]
}

/** Compares what is allowed; an empty list allows everything. */
function compareAllowed(
  place: string,
  emulated: readonly string[],
  published: readonly string[],
  kinds: readonly DifferenceKind[],
): Difference[] {
  if (published.length === 0 && !kinds.includes('missing')) return []
  return compareNames(place, emulated, published, emulated.length === 0 ? both : kinds)
}

function compareProperties(own: Resolved, theirs: Resolved, place: string, usage: Usage): Difference[] {
  const described = (name: string) => own.properties[name] ?? own.otherProperties
  const common = Object.entries(theirs.properties).flatMap(([name, schema]) => {
    const counterpart = described(name)
    return counterpart === undefined ? [] : [{ name, emulated: counterpart, published: schema }]
  })
  const ownNames = [...Object.keys(own.properties), ...common.map(({ name }) => name)]
  return [
    ...compareNames(`${place}.`, ownNames, Object.keys(theirs.properties)),
    ...common.flatMap(({ name, emulated, published }) =>
      compareSchemas(own.locate(emulated), theirs.locate(published), `${place}.${name}`, usage),
    ),
  ]
}

function compareItems(own: Resolved, theirs: Resolved, place: string, usage: Usage): Difference[] {
  if (own.items !== undefined && theirs.items !== undefined) {
    return compareSchemas(own.locate(own.items), theirs.locate(theirs.items), `${place}[]`, usage)
  }
  return compareNames(place, own.items ? ['[]'] : [], theirs.items ? ['[]'] : [])
}

interface Resolved {
  /** The name of the component that the schema is, besides null. */
  component: string | undefined
  nullable: string[]
  types: string[]
  /** The values that the schema allows; empty for any. */
  values: string[]
  format: string[]
  limits: string[]
  required: string[]
  properties: Record<string, Schema>
  /** The schema of the properties without a name. */
  otherProperties: Schema | undefined
  items: Schema | undefined
  /** Locates a part of the schema. */
  locate(part: Schema): Located
}

/** Follows the references of a schema and merges the parts of `allOf`, `anyOf` and `oneOf`. */
function resolve({ schema, document }: Located): Resolved {
  const { notNull, isNullable } = separateNull(schema, document)
  const { $ref: reference } = notNull
  const followed = follow(notNull, document)
  const partsOf = (keyword: string) =>
    ((followed[keyword] ?? []) as Schema[]).map((part) => resolve({ schema: part, document }))
  const parts = partsOf('allOf')
  const all = [...parts, ...partsOf('anyOf'), ...partsOf('oneOf')]
  const { type = [], required = [], properties, items, additionalProperties, format } = followed
  return {
    component: typeof reference === 'string' ? reference.replace(/.*\//, '') : undefined,
    nullable: isNullable ? [' null'] : [],
    types: [...[type as string | string[]].flat(), ...all.flatMap(({ types }) => types)],
    values: [...allowedValues(followed), ...all.flatMap(({ values }) => values)],
    format: format === undefined ? [] : [`format ${format}`],
    limits: limitsOf(followed),
    required: [...parts.flatMap((part) => part.required), ...(required as string[]).map((name) => `${name} required`)],
    properties: Object.assign({}, ...all.map((part) => part.properties), properties),
    otherProperties: typeof additionalProperties === 'object' ? (additionalProperties as Schema) : undefined,
    items: items as Schema | undefined,
    locate: (part) => ({ schema: part, document }),
  }
}

/** Returns a schema without the choice of null, if it has one. */
function separateNull(schema: Schema, document: OpenApiDocument): { notNull: Schema; isNullable: boolean } {
  const { anyOf, oneOf } = follow(schema, document)
  const choices = (anyOf ?? oneOf ?? []) as Schema[]
  const others = choices.filter(({ type }) => type !== 'null')
  if (others.length === choices.length) return { notNull: schema, isNullable: false }
  const [only = {}] = others
  return { notNull: others.length === 1 ? only : { anyOf: others }, isNullable: true }
}

/** Returns the values that a schema allows; a constant is a list of one. */
function allowedValues({ enum: list = [], const: only }: Schema): string[] {
  return (only === undefined ? (list as unknown[]) : [only]).map(String)
}

/** Returns the other limits of a value. `nullable` is from an older OpenAPI version and has no meaning in 3.1. */
function limitsOf(schema: Schema): string[] {
  const names = ['default', 'minimum', 'maximum', 'minLength', 'maxLength', 'minItems', 'maxItems', 'pattern'] as const
  return names.filter((name) => schema[name] !== undefined).map((name) => `${name} ${JSON.stringify(schema[name])}`)
}
