import { X509Certificate } from 'node:crypto'
import { Agent } from 'node:http'

const httpAgent = new Agent({ keepAlive: true })
let httpsAgent: Promise<Agent> | undefined

/** PEM by fingerprint. */
const trustedCertificates = new Map<string, string>()

/**
 * Makes this process trust a server with this certificate, whatever host name it has. Node's rules apply to other
 * servers, including NODE_EXTRA_CA_CERTS.
 */
export function trustCertificate(pem: string): void {
  const { fingerprint256 } = new X509Certificate(pem)
  if (trustedCertificates.has(fingerprint256)) return
  trustedCertificates.set(fingerprint256, pem)
  httpsAgent = undefined
}

/** Returns the agent that keeps the connections for a URL. */
export async function agentFor(url: string): Promise<Agent> {
  if (!url.startsWith('https:')) return httpAgent
  httpsAgent ??= createHttpsAgent()
  return httpsAgent
}

// Loads TLS, which takes longer than the rest of a command.
async function createHttpsAgent(): Promise<Agent> {
  const [{ Agent: HttpsAgent }, tls] = await Promise.all([import('node:https'), import('node:tls')])
  return new HttpsAgent({
    keepAlive: true,
    // Deno and Bun may lack the function.
    ca: [...(tls.getCACertificates?.() ?? tls.rootCertificates), ...trustedCertificates.values()],
    // The certificate may have been issued by an authority that is not trusted.
    allowPartialTrustChain: true,
    checkServerIdentity: (host, certificate) =>
      trustedCertificates.has(certificate.fingerprint256) ? undefined : tls.checkServerIdentity(host, certificate),
  })
}
