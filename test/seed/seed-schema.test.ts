import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { Ajv } from 'ajv'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { builtInSeeds } from '../../src/sandbox/seed/built-in.ts'
import { seedJsonSchema } from '../../src/sandbox/seed/schema.ts'

const file = new URL('../../fixtures/seed.schema.json', import.meta.url)

test('fixtures/seed.schema.json equals the schema that validates seeds (npm run openapi updates it)', async () => {
  await expect(`${JSON.stringify(seedJsonSchema, null, 2)}\n`).toMatchFileSnapshot(fileURLToPath(file))
})

test('fixtures/seed.schema.json is a valid schema that every built-in seed references and conforms to', () => {
  const validate = new Ajv({ strictTypes: false }).compile(JSON.parse(readFileSync(file, 'utf8')))
  for (const name of builtInSeeds) {
    const text = readFileSync(new URL(`../../fixtures/${name}.yaml`, import.meta.url), 'utf8')
    expect(validate(parse(text)), `${name}: ${JSON.stringify(validate.errors)}`).toBe(true)
    expect(text).toMatch(/^# yaml-language-server: \$schema=\.\/seed\.schema\.json\n/)
  }
})
