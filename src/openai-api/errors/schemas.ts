import * as Type from 'typebox'
import { component, Nullable, Ref } from '../../schema/typebox.ts'

export const ErrorSchema = component(
  'Error',
  {
    message: Type.String({ description: 'What went wrong, for a person.' }),
    type: Type.String({ description: 'The class of the error.', examples: ['invalid_request_error'] }),
    param: Nullable(Type.String(), { description: 'The invalid parameter, if there is one.' }),
    code: Nullable(Type.String(), { description: 'What went wrong, for a program.' }),
  },
  { description: 'The error of a 4xx or 5xx response.' },
)

export const ErrorResponse = component(
  'ErrorResponse',
  { error: Ref(ErrorSchema) },
  { description: 'The envelope of an error.' },
)
