import { Ajv } from 'ajv'

/** A validator of our own schemas: they are not held against their meta-schema, which takes as long as all the rest. */
export const createAjv = (): Ajv => new Ajv({ verbose: true, strict: false, meta: false, validateSchema: false })
