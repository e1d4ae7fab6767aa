import type { Ajv, ErrorObject, ValidateFunction } from 'ajv'
import type { FastifyInstance, FastifySchemaCompiler } from 'fastify'
import type { TObject, TSchema } from 'typebox'
import { type Outcome, tryCatch } from '../../common/try-catch.ts'
import { createAjv } from '../../schema/ajv.ts'
import type { ApiError } from '../errors/api-error.ts'
import * as errors from '../errors/catalogue.ts'
import { jsonTypeOf, withArticle } from './json-types.ts'
import { parseQuery } from './query.ts'

/**
 * Makes the routes of `api` validate by the API's rules. Bodies are never coerced; query strings are text, read by rule.
 * Answers are text already, and errors are small: nothing is left for a compiled serializer to do.
 */
export function useApiValidation(api: FastifyInstance): void {
  api.setValidatorCompiler(validatorCompiler)
}

// A validator is made when the first request needs it: at start it would cost more than all else.
const validatorCompiler: FastifySchemaCompiler<TSchema> = ({ schema, httpPart }) => {
  if (httpPart === 'body') return bodyValidator(schema)
  if (httpPart === 'querystring')
    return (query: Record<string, unknown>) => tryCatch(() => parseQuery(schema as TObject, query))
  return () => true
}

let ajv: Ajv | undefined

function bodyValidator(schema: TSchema): (body: unknown) => Outcome {
  let validate: ValidateFunction | undefined
  return (body) => {
    ajv ??= createAjv()
    validate ??= ajv.compile(schema)
    // Fastify hands null for a body that is not there; the API calls that a body without its first required field.
    if (validate(body ?? {})) return { value: body }
    return { error: toApiError(validate.errors?.[0]) }
  }
}

/** The API's own sentence for what Ajv found. */
function toApiError(error: ErrorObject | undefined): ApiError {
  if (error === undefined) return errors.internalError()
  const { keyword, params, instancePath, data } = error
  const param = instancePath.slice(1).replaceAll('/', '.')
  switch (keyword) {
    case 'required':
      return errors.missingParameter(params['missingProperty'])
    case 'type':
      return errors.invalidType(param, withArticle(params['type']), jsonTypeOf(data))
    case 'minimum':
      return errors.integerBelowMinimum(param, params['limit'], data as number)
    case 'maximum':
      return errors.integerAboveMaximum(param, params['limit'], data as number)
    default:
      throw new Error(`the schema of a body uses '${keyword}', for which there is no sentence`)
  }
}
