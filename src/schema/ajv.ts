import { Ajv } from 'ajv'

/** Returns a validator for our own schemas. Checking those against their meta-schema would take as long as all the rest. */
export const createAjv = (): Ajv =>
  new Ajv({ verbose: true, strict: false, meta: false, validateSchema: false, discriminator: true })
