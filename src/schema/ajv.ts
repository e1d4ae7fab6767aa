import { Ajv } from 'ajv'

/** Returns a schema validator. Skips the meta-schema check, which takes as long as compiling. */
export const createAjv = (): Ajv =>
  new Ajv({ verbose: true, strict: false, meta: false, validateSchema: false, discriminator: true })
