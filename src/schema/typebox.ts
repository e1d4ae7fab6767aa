import * as Type from 'typebox'

/** What every schema may have, though its type says nothing of it. */
export interface Described {
  description?: string
}

/** `schema` first and null second: under coercion the first that fits is taken. Not for query strings. */
export const Nullable = <Schema extends Type.TSchema>(schema: Schema, options: Type.TSchemaOptions = {}) =>
  Type.Union([schema, Type.Null()], options)

/** One of some texts. The type is said as well, which `Type.Enum` alone leaves out and the published document does not. */
export const Choice = <const Values extends readonly string[]>(values: Values, options: Type.TSchemaOptions = {}) =>
  Type.Unsafe<Values[number]>(Type.Enum([...values], { type: 'string', ...options }))

/** An object of any names that fit `pattern`. `Type.Record` would bring the whole engine of TypeBox into the program. */
export const RecordOf = <Schema extends Type.TSchema>(
  schema: Schema,
  { pattern = '^.*$', ...options }: Type.TSchemaOptions & { pattern?: string },
) =>
  Type.Unsafe<Record<string, Type.Static<Schema>>>({
    type: 'object',
    patternProperties: { [pattern]: schema },
    ...options,
  })

/** A reference to the component of that name in the document, with the type of what it refers to. */
export const Ref = <Schema extends Type.TSchema>(schema: Schema & { $id: string }) =>
  Type.Unsafe<Type.Static<Schema>>(Type.Ref(schema.$id))

/** Seconds since 1970. */
export const UnixTime = (description: string, example: number) =>
  Type.Integer({ description, examples: [example], format: 'unixtime' })

export const ErrorSchema = Object.assign(
  Type.Object(
    {
      message: Type.String({ description: 'What went wrong, for a person.' }),
      type: Type.String({ description: 'The class of the error.', examples: ['invalid_request_error'] }),
      param: Nullable(Type.String(), { description: 'The parameter at fault, where one is.' }),
      code: Nullable(Type.String(), { description: 'What went wrong, for a program.' }),
    },
    { $id: 'Error', description: 'What every answer of 4xx and 5xx says.' },
  ),
  { $id: 'Error' as const },
)

export const ErrorResponse = Object.assign(
  Type.Object({ error: Ref(ErrorSchema) }, { $id: 'ErrorResponse', description: 'The envelope of an error.' }),
  { $id: 'ErrorResponse' as const },
)

/** How one operation goes on with what another was asked, or answered. */
export const link = (operationId: string, description: string, parameters: Record<string, string>) => ({
  operationId,
  description,
  parameters,
})
