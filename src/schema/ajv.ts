import { Ajv } from 'ajv'

/**
 * Returns a schema validator that stops at the first mistake unless `allErrors`. Skips the meta-schema check, which takes as
 * long as compiling, and the optimization of the generated code, which takes as long again and changes no measured time.
 */
export const createAjv = (allErrors = false): Ajv =>
  new Ajv({
    ...{ allErrors, verbose: true, strict: false, discriminator: true },
    ...{ meta: false, validateSchema: false, code: { optimize: false } },
  })
