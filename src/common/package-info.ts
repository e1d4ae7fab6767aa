import { existsSync, readFileSync } from 'node:fs'

/** The folder with package.json, the migrations and the fixtures: above the sources and above the bundle. */
export const packageRoot: URL = findPackageRoot(new URL('.', import.meta.url))

export const version: string = JSON.parse(readFileSync(new URL('package.json', packageRoot), 'utf8')).version

function findPackageRoot(folder: URL): URL {
  const parent = new URL('..', folder)
  if (existsSync(new URL('package.json', folder)) || parent.href === folder.href) return folder
  return findPackageRoot(parent)
}
