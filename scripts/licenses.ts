import { readdirSync, readFileSync } from 'node:fs'

const root = new URL('../', import.meta.url)

/** Returns the licenses of the packages in `folders`, each text once, after the names and copyright lines it belongs to. */
export function licensesOf(folders: readonly string[]): string {
  const groups = new Map<string, { terms: string; packages: string[] }>()
  for (const folder of folders) {
    const { title, copyright, terms } = readLicense(folder)
    const key = terms.replaceAll(/\s+/g, ' ')
    const group = groups.get(key) ?? { terms, packages: [] }
    group.packages.push([title, ...copyright].join('\n'))
    groups.set(key, group)
  }
  return [...groups.values()].map(({ packages, terms }) => `${packages.join('\n\n')}\n\n${terms}\n`).join('\n')
}

function readLicense(folder: string) {
  const url = new URL(`${folder}/`, root)
  const { name, version, license, author } = JSON.parse(readFileSync(new URL('package.json', url), 'utf8'))
  const file = readdirSync(url).find((each) => /^licen[cs]e/i.test(each))
  const text = file === undefined ? `${author?.name ?? author}` : readFileSync(new URL(file, url), 'utf8')
  const isCopyright = (line: string) => /^\s*copyright\b.*\d{4}|^\s*copyright\s*\(c\)/i.test(line)
  const lines = text.split('\n')
  return {
    title: `${name} ${version} (${license})`,
    copyright: lines.filter(isCopyright).map((line) => line.trim()),
    terms: lines
      .filter((line) => !isCopyright(line))
      .join('\n')
      .replaceAll(/\n{3,}/g, '\n\n')
      .trim(),
  }
}
