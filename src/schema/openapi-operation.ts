/** Returns an OpenAPI link: how another operation continues with a parameter or a response of this one. */
export const link = (operationId: string, description: string, parameters: Record<string, string>) => ({
  operationId,
  description,
  parameters,
})

/** Marks an operation whose body is optional. */
export const optionalBody = { 'x-optional-body': true }
