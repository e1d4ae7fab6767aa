import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { UserError } from '../common/user-error.ts'
import type { Options } from './options.ts'

/** A certificate, with those of its issuers if the file has them, and its private key, both as PEM. */
export interface TlsIdentity {
  cert: string
  key: string
}

/** Reads the files of a server; undefined for plain HTTP. Throws UserError unless they are a certificate and its key. */
export function readTlsIdentity({ tlsCert, tlsKey }: Options<'tlsCert' | 'tlsKey'>): TlsIdentity | undefined {
  if (tlsCert === undefined && tlsKey === undefined) return undefined
  if (tlsKey === undefined) throw new UserError(`the TLS key is missing: HTTPS needs a certificate and its key`)
  if (tlsCert === undefined)
    throw new UserError(`the TLS certificate is missing: HTTPS needs a certificate and its key`)
  const [cert, key] = [readPem('certificate', tlsCert), readPem('key', tlsKey)]
  if (isKey(cert) && isCertificate(key)) {
    throw new UserError(`the TLS certificate and key are swapped: ${tlsCert} has a key, ${tlsKey} a certificate`)
  }
  if (!parseCertificate(tlsCert, cert).checkPrivateKey(parseKey(tlsKey, key))) {
    throw new UserError(`TLS key ${tlsKey}: does not belong to the certificate ${tlsCert}`)
  }
  return { cert, key }
}

/** Reads a certificate that a client trusts. Throws UserError if the file does not contain a certificate. */
export function readTrustedCertificate(file: string): string {
  const text = readPem('certificate', file)
  parseCertificate(file, text)
  return text
}

function readPem(kind: string, file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    throw new UserError(`TLS ${kind} ${file}: cannot be read: ${(error as Error).message}`)
  }
}

const isKey = (text: string) => /^-----BEGIN .*PRIVATE KEY-----$/m.test(text)
const isCertificate = (text: string) => /^-----BEGIN (X509 |TRUSTED )?CERTIFICATE-----$/m.test(text)

function parseCertificate(file: string, text: string): X509Certificate {
  try {
    return new X509Certificate(text)
  } catch (error) {
    throw new UserError(`TLS certificate ${file}: must be a PEM certificate: ${(error as Error).message}`)
  }
}

function parseKey(file: string, text: string): KeyObject {
  try {
    return createPrivateKey(text)
  } catch (error) {
    throw new UserError(`TLS key ${file}: must be an unencrypted PEM private key: ${(error as Error).message}`)
  }
}
