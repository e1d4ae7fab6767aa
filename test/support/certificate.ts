import { generateKeyPairSync, randomBytes, sign } from 'node:crypto'

// The subset of DER (X.690) that a self-signed X.509 certificate needs. Generated in code, so that no
// private key is committed and no tool has to be installed.

const der = (tag: number, ...contents: Uint8Array[]): Buffer => {
  const content = Buffer.concat(contents)
  const length = content.length < 128 ? [content.length] : [0x82, content.length >> 8, content.length & 255]
  return Buffer.concat([Buffer.from([tag, ...length]), content])
}

const sequence = (...parts: Uint8Array[]) => der(0x30, ...parts)
const objectIdentifier = (hex: string) => der(0x06, Buffer.from(hex, 'hex'))
const bitString = (bytes: Uint8Array) => der(0x03, Buffer.from([0]), bytes)
const utcTime = (date: Date) =>
  der(
    0x17,
    Buffer.from(
      `${date
        .toISOString()
        .replace(/[-:T]|\.\d+/g, '')
        .slice(2)}`,
    ),
  )

const dayMs = 86_400_000

/** Creates a private key and its certificate for names, or for 127.0.0.1, as PEM. */
export function createCertificate(...names: string[]): { key: string; cert: string } {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const ecdsaWithSha256 = sequence(objectIdentifier('2a8648ce3d040302'))
  const name = sequence(der(0x31, sequence(objectIdentifier('550403'), der(0x0c, Buffer.from('127.0.0.1')))))
  const alternatives = names.map((each) => der(0x82, Buffer.from(each)))
  const subjectAltName = sequence(...(names.length > 0 ? alternatives : [der(0x87, Buffer.from([127, 0, 0, 1]))]))
  const extensions = sequence(sequence(objectIdentifier('551d11'), der(0x04, subjectAltName)))
  const tbsCertificate = sequence(
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, Buffer.from([1, ...randomBytes(8)])),
    ecdsaWithSha256,
    name,
    sequence(utcTime(new Date(Date.now() - dayMs)), utcTime(new Date(Date.now() + dayMs))),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, extensions),
  )
  const certificate = sequence(tbsCertificate, ecdsaWithSha256, bitString(sign('sha256', tbsCertificate, privateKey)))
  const lines = certificate.toString('base64').replace(/.{64}(?=.)/g, '$&\n')
  return {
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    cert: `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`,
  }
}
