import type { ServerResponse } from 'node:http'

const policyWith = (styleSources: string) =>
  [
    "default-src 'none'",
    "base-uri 'none'",
    "connect-src 'self'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    // Icons are embedded.
    "img-src 'self' data:",
    "script-src 'self'",
    `style-src ${styleSources}`,
  ].join('; ')

// Swagger UI sets style attributes.
const contentSecurityPolicy = policyWith("'self' 'unsafe-inline'")

/** The content security policy of the inspector. */
export const inspectorPolicy: string = policyWith("'self'")

/** Adds the headers that protect pages, and everything else that a browser might take for a page. */
export function addSecurityHeaders(response: ServerResponse): void {
  response.setHeader('content-security-policy', contentSecurityPolicy)
  response.setHeader('x-frame-options', 'DENY')
  response.setHeader('x-content-type-options', 'nosniff')
  response.setHeader('referrer-policy', 'no-referrer')
}
