import { readFileSync } from 'node:fs'

const read = (path: string) => readFileSync(new URL(path, import.meta.url), 'utf8')

function pinned(path: string, pattern: RegExp): string {
  const version = pattern.exec(read(path))?.[1]
  if (version === undefined) throw new Error(`${path} pins no version like ${pattern}`)
  return version
}

/** The versions of the official clients that everything here is held to, as each language's own file pins them. */
export const clientVersions = {
  node: pinned('../../package.json', /"openai": "(\d+\.\d+\.\d+)"/),
  python: pinned('python/requirements.txt', /^openai==(\S+)$/m),
  go: pinned('go/go.mod', /^require github\.com\/openai\/openai-go\/v3 v(\S+)$/m),
  java: pinned('java/pom.xml', /<artifactId>openai-java<\/artifactId>\s*<version>([^<]+)</),
}
