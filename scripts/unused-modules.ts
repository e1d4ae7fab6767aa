import type { Plugin } from 'esbuild'

/** Modules that libraries load but the program never uses: it trusts no proxy, and no worker thread writes its log. */
const unusedModules = [
  { module: '@fastify/proxy-addr', importedBy: /\/fastify\// },
  { module: 'thread-stream', importedBy: /\/pino\// },
]

// Fastify checks plugin versions with semver. The bundled plugins always match, and loading semver takes a twentieth of
// the startup time.
const semverStub = { contents: 'module.exports = { satisfies: () => true }' }

/** Leaves these modules out of the bundle; using one throws. */
export const omitUnused: Plugin = {
  name: 'unused-modules',
  setup(build) {
    build.onResolve({ filter: /^[@\w]/ }, ({ path, importer }) => {
      const isUnused = unusedModules.some(({ module, importedBy }) => module === path && importedBy.test(importer))
      const isVersionCheck = path === 'semver' && /\/fastify\//.test(importer)
      return isUnused || isVersionCheck ? { path, namespace: 'unused-modules' } : undefined
    })
    build.onLoad({ filter: /^semver$/, namespace: 'unused-modules' }, () => semverStub)
    build.onLoad({ filter: /./, namespace: 'unused-modules' }, ({ path }) => ({
      contents: `
        const fail = () => { throw new Error(${JSON.stringify(`${path} is not in the bundle (scripts/unused-modules.ts)`)}) }
        module.exports = new Proxy(fail, { get: fail, construct: fail })`,
    }))
  },
}
