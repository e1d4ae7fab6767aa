import * as Type from 'typebox'

/** `schema` first and null second: under coercion the first match wins. Not for query strings. */
export const Nullable = <Schema extends Type.TSchema>(schema: Schema, options: Type.TSchemaOptions = {}) =>
  Type.Union([schema, Type.Null()], options)

/** One of several strings. States the type too, as the published document does; `Type.Enum` alone omits it. */
export const Choice = <const Values extends readonly string[]>(values: Values, options: Type.TSchemaOptions = {}) =>
  Type.Unsafe<Values[number]>(Type.Enum([...values], { type: 'string', ...options }))

/** An object with any property names. `Type.Record` would bundle all of TypeBox into the program. */
export const RecordOf = <Schema extends Type.TSchema>(schema: Schema, options: Type.TSchemaOptions = {}) =>
  Type.Unsafe<Record<string, Type.Static<Schema>>>({ type: 'object', additionalProperties: schema, ...options })

/** An object whose property names and values are strings of the given forms. */
export const textMap = (name: Type.TString, value: Type.TString, description: string) =>
  RecordOf(value, { propertyNames: name, description })

type Discriminator<Tag extends string> = Type.TObject<{ [Key in Tag]: Type.TLiteral<string> }>

/**
 * One of several objects, chosen by the literal value of the property `tag`. Ajv (with `discriminator: true`) reports only the
 * errors of the chosen form.
 */
export const discriminatedUnion = <
  const Tag extends string,
  const Forms extends readonly Discriminator<Tag>[],
  const Options extends Type.TSchemaOptions,
>(
  tag: Tag,
  forms: Forms,
  options: Options,
) => {
  const schema = { type: 'object', discriminator: { propertyName: tag }, oneOf: forms, ...options } as const
  return schema as typeof schema & Type.TUnsafe<Type.Static<Forms[number]>>
}

/** An object that is a component of the document, under its id. The type has the id as well, for `Ref`. */
export const component = <Fields extends Type.TProperties>(
  id: string,
  fields: Fields,
  options: Type.TObjectOptions = {},
) => Object.assign(Type.Object(fields, { $id: id, ...options }), { $id: id })

/** A reference to a component of the document, with the type of what it refers to. */
export const Ref = <Schema extends Type.TSchema>(schema: Schema & { $id: string }) =>
  Type.Unsafe<Type.Static<Schema>>(Type.Ref(schema.$id))

/** The same schema, which allows no unknown fields in the object and in those below it. */
export function withoutUnknownFields<Schema extends Type.TSchema>(schema: Schema): Schema {
  if (!('properties' in schema)) return schema
  const fields = Object.entries(schema.properties as Type.TProperties).map(([name, field]) => [
    name,
    withoutUnknownFields(field),
  ])
  return { ...schema, properties: Object.fromEntries(fields), additionalProperties: false }
}

/** Seconds since 1970. */
export const UnixTime = (description: string, example: number) =>
  Type.Integer({ description, examples: [example], format: 'unixtime' })
