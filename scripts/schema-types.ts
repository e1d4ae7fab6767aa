export interface Schema {
  type?: string
  enum?: readonly unknown[]
  const?: unknown
  anyOf?: readonly Schema[]
  oneOf?: readonly Schema[]
  items?: Schema
  properties?: Record<string, Schema>
  required?: readonly string[]
  patternProperties?: Record<string, Schema>
  additionalProperties?: Schema | boolean
  description?: string
}

/** The names of schemas that have a named type, by `keyOf`. */
export type TypeNames = ReadonlyMap<string, string>

/** Returns what two copies of a schema have in common. */
export const keyOf = (schema: Schema): string => JSON.stringify(schema)

/** Returns the TypeScript type for a schema, as far as types can express it. Named schemas within it become references. */
export function typeOf(schema: Schema, names: TypeNames, indent = ''): string {
  if (schema.enum !== undefined) return schema.enum.map((value) => JSON.stringify(value)).join(' | ')
  if (schema.const !== undefined) return JSON.stringify(schema.const)
  const union = schema.anyOf ?? schema.oneOf
  if (union !== undefined) return [...new Set(union.map((each) => nameOrType(each, names, indent)))].join(' | ')
  switch (schema.type) {
    case 'integer':
    case 'number':
      return 'number'
    case 'string':
    case 'boolean':
    case 'null':
      return schema.type
    case 'array':
      return `(${nameOrType(schema.items ?? {}, names, indent)})[]`
    case 'object':
      return objectType(schema, names, indent)
    default:
      return 'unknown'
  }
}

const nameOrType = (schema: Schema, names: TypeNames, indent: string): string =>
  names.get(keyOf(schema)) ?? nameOfChoice(schema, names) ?? typeOf(schema, names, indent)

/** Returns the name of a choice between the same values, whatever its description is. */
const nameOfChoice = ({ enum: values }: Schema, names: TypeNames): string | undefined =>
  values && names.get(keyOf({ enum: values }))

const propertyName = (name: string) => (/^[A-Za-z_$][\w$]*$/.test(name) ? name : JSON.stringify(name))

function objectType(schema: Schema, names: TypeNames, indent: string): string {
  const { properties, patternProperties = {}, additionalProperties, required = [] } = schema
  if (properties === undefined) {
    const [values = typeof additionalProperties === 'object' ? additionalProperties : {}] =
      Object.values(patternProperties)
    return `Record<string, ${nameOrType(values, names, indent)}>`
  }
  const inner = `${indent}  `
  const fields = Object.entries(properties).map(([name, schema]) => {
    const comment = schema.description === undefined ? '' : `${inner}/** ${schema.description} */\n`
    return `${comment}${inner}${propertyName(name)}${required.includes(name) ? '' : '?'}: ${nameOrType(schema, names, inner)};\n`
  })
  const others = typeof additionalProperties === 'object' ? `${inner}[name: string]: unknown;\n` : ''
  return `{\n${fields.join('')}${others}${indent}}`
}
