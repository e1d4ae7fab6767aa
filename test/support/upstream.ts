import { existsSync, readFileSync } from 'node:fs'

/** The slice of the published document beside the checkout, where there is one; it is no part of this project. */
export const upstreamFile = new URL('../../../shared/upstream/admin-api-keys.openapi.json', import.meta.url)

export const hasUpstream = existsSync(upstreamFile)

export const upstream = hasUpstream ? JSON.parse(readFileSync(upstreamFile, 'utf8')) : undefined
