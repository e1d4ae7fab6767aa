import { Ajv } from 'ajv'

/**
 * Returns a schema validator that stops at the first mistake unless `allErrors`. Skips the meta-schema check, which takes as
 * long as compiling.
 */
export const createAjv = (allErrors = false): Ajv =>
  new Ajv({ allErrors, verbose: true, strict: false, meta: false, validateSchema: false, discriminator: true })
