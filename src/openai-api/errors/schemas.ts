import * as Type from 'typebox'
import { Nullable, Ref } from '../../schema/typebox.ts'

export const ErrorSchema = Object.assign(
  Type.Object(
    {
      message: Type.String({ description: 'What went wrong, for a person.' }),
      type: Type.String({ description: 'The class of the error.', examples: ['invalid_request_error'] }),
      param: Nullable(Type.String(), { description: 'The invalid parameter, if there is one.' }),
      code: Nullable(Type.String(), { description: 'What went wrong, for a program.' }),
    },
    { $id: 'Error', description: 'The error of a 4xx or 5xx response.' },
  ),
  { $id: 'Error' as const },
)

export const ErrorResponse = Object.assign(
  Type.Object({ error: Ref(ErrorSchema) }, { $id: 'ErrorResponse', description: 'The envelope of an error.' }),
  { $id: 'ErrorResponse' as const },
)
