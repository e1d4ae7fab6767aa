import { readFileSync } from 'node:fs'

const read = (path: string) => readFileSync(new URL(path, import.meta.url), 'utf8')

function pinnedVersion(path: string, pattern: RegExp): string {
  const version = pattern.exec(read(path))?.[1]
  if (version === undefined) throw new Error(`${path} has no version that matches ${pattern}`)
  return version
}

/** The versions of the official clients, as pinned in each language's own file. */
export const clientVersions = {
  node: pinnedVersion('../tools/package.json', /"openai": "(\d+\.\d+\.\d+)"/),
  python: pinnedVersion('python/requirements.txt', /^openai==(\S+)$/m),
  go: pinnedVersion('go/go.mod', /^require github\.com\/openai\/openai-go\/v3 v(\S+)$/m),
  java: pinnedVersion('java/pom.xml', /<artifactId>openai-java<\/artifactId>\s*<version>([^<]+)</),
}
