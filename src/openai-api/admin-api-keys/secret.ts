import { hash } from 'node:crypto'

// The mark by which secret scanners know a real key ("OpenAI" in base64). It is not spelled out here for their sake.
const scannerMark = Buffer.from('OpenAI').toString('base64')

/** True for a value that a secret scanner would take for a real key. */
export const hasScannerMark = (value: string): boolean => value.includes(scannerMark)

/** The SHA-256 of a value in lower-case hexadecimal: all of it that is ever stored. */
export const digest = (value: string): string => hash('sha256', value)
