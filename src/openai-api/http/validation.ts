import type { Ajv, ErrorObject, ValidateFunction } from 'ajv'
import type { FastifyInstance, FastifySchemaCompiler } from 'fastify'
import type { TObject, TSchema } from 'typebox'
import { type Outcome, tryCatch } from '../../common/try-catch.ts'
import { createAjv } from '../../schema/ajv.ts'
import type { ApiError } from '../errors/api-error.ts'
import * as errors from '../errors/catalogue.ts'
import { jsonTypeOf, withArticle } from './json-types.ts'
import { parseQuery } from './query.ts'

/** Makes the routes of `api` validate by the API's rules: bodies without coercion, query strings by `parseQuery`. */
export function useApiValidation(api: FastifyInstance): void {
  api.setValidatorCompiler(validatorCompiler)
}

// Validators are compiled at the first request that needs them: at start they would cost more than everything else.
const validatorCompiler: FastifySchemaCompiler<TSchema> = ({ schema, httpPart }) => {
  if (httpPart === 'body') return bodyValidator(schema)
  if (httpPart === 'querystring') {
    return (query: Record<string, unknown>) => tryCatch(() => parseQuery(schema as TObject, query))
  }
  return () => true
}

let ajv: Ajv | undefined

function bodyValidator(schema: TSchema): (body: unknown) => Outcome {
  let validate: ValidateFunction | undefined
  return (body) => {
    ajv ??= createAjv()
    validate ??= ajv.compile(schema)
    // Fastify passes null for a missing body; the API treats it as a body without its first required field.
    if (validate(body ?? {})) return { value: body }
    return { error: validationError(validate.errors?.[0]) }
  }
}

function validationError(error: ErrorObject | undefined): ApiError {
  const { keyword, params = {}, instancePath = '', data } = error ?? {}
  // The API names the field of a list, not the item.
  const param = instancePath
    .slice(1)
    .replace(/\/\d+$/, '')
    .replaceAll('/', '.')
  switch (keyword) {
    case 'required':
      return errors.missingParameter(params['missingProperty'])
    case 'type':
      return errors.invalidType(param, withArticle(params['type']), jsonTypeOf(data))
    case 'minimum':
      return errors.integerBelowMinimum(param, params['limit'], data as number)
    case 'maximum':
      return errors.integerAboveMaximum(param, params['limit'], data as number)
    case 'enum':
      return errors.unsupportedValue(param, String(data), params['allowedValues'])
    default:
      throw new Error(`the schema of a body uses '${keyword}', for which the API has no message`)
  }
}
