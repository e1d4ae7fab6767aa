import type { Plugin } from 'esbuild'

/** Modules that libraries load at startup but the program rarely or never uses. */
const lazyModules = [
  { module: 'node:http2', importedBy: /\/fastify\// },
  { module: 'node:https', importedBy: /\/fastify\// },
  { module: 'node:child_process', importedBy: /\/commander\// },
  { module: 'worker_threads', importedBy: /\/pino\// },
  { module: 'yaml', importedBy: /\/@fastify\/swagger\// },
]

/** Loads these modules on first property access; together they take a tenth of the startup time. */
export const loadLazily: Plugin = {
  name: 'lazy-modules',
  setup(build) {
    build.onResolve({ filter: /^(node:|worker_threads$|yaml$)/ }, ({ path, importer, resolveDir, namespace }) => {
      const isLazy =
        namespace === 'file' &&
        lazyModules.some(({ module, importedBy }) => module === path && importedBy.test(importer))
      return isLazy ? { path, namespace: 'lazy', pluginData: resolveDir } : undefined
    })
    // A named import needs the export to exist, so Ajv gets its own stub: a class.
    build.onResolve({ filter: /^ajv$/ }, ({ path, importer, resolveDir }) =>
      importer.endsWith('/src/schema/ajv.ts') ? { path, namespace: 'lazy', pluginData: resolveDir } : undefined,
    )
    build.onLoad({ filter: /^ajv$/, namespace: 'lazy' }, ({ pluginData }) => ({
      contents: `export const Ajv = new Proxy(class {}, { construct: (_, args) => new (require('ajv').Ajv)(...args) })`,
      resolveDir: pluginData,
    }))
    build.onLoad({ filter: /./, namespace: 'lazy' }, ({ path, pluginData }) => ({
      contents: `module.exports = new Proxy({}, { get: (_, name) => require(${JSON.stringify(path)})[name] })`,
      resolveDir: pluginData,
    }))
  },
}
