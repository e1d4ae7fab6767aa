import { readFileSync } from 'node:fs'
import type { Plugin } from 'esbuild'

const installedLibrary = "path.dirname(require.resolve('better-sqlite3'))"

/** Bundles the scripts of better-sqlite3, which looks for its native addon next to them: lets it look where it is installed. */
export const findNativeAddon: Plugin = {
  name: 'native-addon',
  setup(build) {
    build.onLoad({ filter: /[\\/]better-sqlite3[\\/]lib[\\/]binding\.js$/ }, ({ path }) => ({
      contents: readFileSync(path, 'utf8').replaceAll('__dirname', installedLibrary),
    }))
    build.onResolve({ filter: /^better-sqlite3$/ }, ({ path, kind }) =>
      kind === 'require-resolve' ? { path, external: true } : undefined,
    )
  },
}
