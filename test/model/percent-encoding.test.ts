import fc from 'fast-check'
import { expect } from 'vitest'
import { decodeAscii, decodeAsciiFully } from '../../src/common/percent-encoding.ts'
import { assertProperty, propertyTest } from './harness/property.ts'

function decodeInPasses(text: string): string {
  const decoded = decodeAscii(text)
  return decoded === text ? text : decodeInPasses(decoded)
}

propertyTest('decoding in one pass gives the same text as decoding until nothing changes', async () => {
  const fragment = fc.constantFrom('%', '%2', '%25', '2', '5', '%3', '%7e', 'F', 'g', '%41', 'é', '%00', '💥')
  const text = fc.array(fragment, { maxLength: 40 }).map((fragments) => fragments.join(''))
  await assertProperty(text, 3000, async (each) => {
    expect(decodeAsciiFully(each)).toBe(decodeInPasses(each))
  })
})
