import type { Plugin } from 'esbuild'

/** What the program needs rarely or never, and its libraries load at once. `by` is who may be made to wait. */
const late = [
  { module: 'node:http2', by: /\/fastify\// },
  { module: 'node:https', by: /\/fastify\// },
  { module: 'node:child_process', by: /\/commander\// },
  { module: 'worker_threads', by: /\/pino\// },
  { module: 'yaml', by: /\/@fastify\/swagger\// },
]

/** Has such a module be loaded when something of it is asked for: together they are a tenth of a start. */
export const loadLate: Plugin = {
  name: 'late-modules',
  setup(build) {
    build.onResolve({ filter: /^(node:|worker_threads$|yaml$)/ }, ({ path, importer, resolveDir, namespace }) => {
      const isLate = namespace === 'file' && late.some(({ module, by }) => module === path && by.test(importer))
      return isLate ? { path, namespace: 'late', pluginData: resolveDir } : undefined
    })
    // What is imported by name must be there by name; of this one it is a class.
    build.onResolve({ filter: /^ajv$/ }, ({ path, importer, resolveDir }) =>
      importer.endsWith('/src/schema/ajv.ts') ? { path, namespace: 'late', pluginData: resolveDir } : undefined,
    )
    build.onLoad({ filter: /^ajv$/, namespace: 'late' }, ({ pluginData }) => ({
      contents: `export const Ajv = new Proxy(class {}, { construct: (_, given) => new (require('ajv').Ajv)(...given) })`,
      resolveDir: pluginData,
    }))
    build.onLoad({ filter: /./, namespace: 'late' }, ({ path, pluginData }) => ({
      contents: `module.exports = new Proxy({}, { get: (_, name) => require(${JSON.stringify(path)})[name] })`,
      resolveDir: pluginData,
    }))
  },
}
