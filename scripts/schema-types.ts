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

/** Returns the TypeScript type for a schema, as far as types can express it. */
export function typeOf(schema: Schema, indent = ''): string {
  if (schema.enum !== undefined) return schema.enum.map((value) => JSON.stringify(value)).join(' | ')
  if (schema.const !== undefined) return JSON.stringify(schema.const)
  const union = schema.anyOf ?? schema.oneOf
  if (union !== undefined) return [...new Set(union.map((each) => typeOf(each, indent)))].join(' | ')
  switch (schema.type) {
    case 'integer':
    case 'number':
      return 'number'
    case 'string':
    case 'boolean':
    case 'null':
      return schema.type
    case 'array':
      return `(${typeOf(schema.items ?? {}, indent)})[]`
    case 'object':
      return objectType(schema, indent)
    default:
      return 'unknown'
  }
}

function objectType(schema: Schema, indent: string): string {
  const { properties, patternProperties = {}, additionalProperties, required = [] } = schema
  if (properties === undefined) {
    const [values = typeof additionalProperties === 'object' ? additionalProperties : {}] =
      Object.values(patternProperties)
    return `Record<string, ${typeOf(values, indent)}>`
  }
  const inner = `${indent}    `
  const fields = Object.entries(properties).map(([name, schema]) => {
    const comment = schema.description === undefined ? '' : `${inner}/** ${schema.description} */\n`
    return `${comment}${inner}${name}${required.includes(name) ? '' : '?'}: ${typeOf(schema, inner)};\n`
  })
  return `{\n${fields.join('')}${indent}}`
}
