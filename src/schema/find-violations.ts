import type { ValidateFunction } from 'ajv'
import { createAjv } from './ajv.ts'
import {
  fieldNames,
  type Path,
  type Schema,
  type SchemaViolation,
  toViolations,
  unknownField,
} from './schema-errors.ts'

/**
 * Returns a function that finds all violations of a schema of objects, one by one: a caller that stops early saves the rest.
 * Unknown fields are found without Ajv, which would keep an error for each of millions.
 */
export function createViolationFinder(schema: Schema): (value: unknown) => Generator<SchemaViolation> {
  let validate: ValidateFunction | undefined
  return function* (value) {
    yield* unknownFields(schema, value, [])
    validate ??= createAjv(true).compile(acceptUnknownFields(schema))
    if (!validate(value)) yield* toViolations(validate.errors ?? [])
  }
}

function* unknownFields(schema: Schema, value: unknown, path: Path): Generator<SchemaViolation> {
  if (schema.properties === undefined || typeof value !== 'object' || value === null || Array.isArray(value)) return
  const names = new Set(fieldNames(schema))
  for (const field in value) if (!names.has(field)) yield unknownField(path, field, value, schema)
  for (const [name, property] of Object.entries(schema.properties)) {
    yield* unknownFields(property, (value as Record<string, unknown>)[name], [...path, name])
  }
}

function acceptUnknownFields(schema: Schema): Schema {
  const { properties } = schema
  if (properties === undefined) return schema
  const opened = Object.entries(properties).map(([name, property]) => [name, acceptUnknownFields(property)])
  return { ...schema, additionalProperties: true, properties: Object.fromEntries(opened) } as Schema
}
