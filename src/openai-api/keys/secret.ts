import { hash } from 'node:crypto'

// The marker by which secret scanners recognize a real key: "OpenAI" in base64, spelled so that they ignore this file.
const scannerMark = Buffer.from('OpenAI').toString('base64')

/** Returns whether a secret scanner would report the text. */
export const hasScannerMark = (text: string): boolean => text.includes(scannerMark)

/** Returns the SHA-256 of a value in lower-case hexadecimal: all of the value that is ever stored. */
export const digest = (value: string): string => hash('sha256', value)
