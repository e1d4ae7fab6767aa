import { existsSync, readFileSync } from 'node:fs'

/** Part of OpenAI's published OpenAPI document. It is not in this repository, so it may be absent. */
export const upstreamFile = new URL('../../../shared/upstream/admin-api-keys.openapi.json', import.meta.url)

export const hasUpstream = existsSync(upstreamFile)

export const upstream = hasUpstream ? JSON.parse(readFileSync(upstreamFile, 'utf8')) : undefined

/** The paths of all parts of that document. */
export const upstreamPaths: string[] = ['admin-api-keys', 'keys']
  .map((name) => new URL(`${name}.openapi.json`, upstreamFile))
  .filter((file) => existsSync(file))
  .flatMap((file) => Object.keys(JSON.parse(readFileSync(file, 'utf8')).paths))
