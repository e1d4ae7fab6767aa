import type { Plugin } from 'esbuild'

/** What libraries load but the program never uses: it trusts no proxy, and no thread writes its log. */
const unused = [
  { module: '@fastify/proxy-addr', by: /\/fastify\// },
  { module: 'thread-stream', by: /\/pino\// },
]

/** Leaves such modules out of the program; using one throws. */
export const leaveOut: Plugin = {
  name: 'left-out',
  setup(build) {
    build.onResolve({ filter: /^[@\w]/ }, ({ path, importer }) => {
      const isUnused = unused.some(({ module, by }) => module === path && by.test(importer))
      return isUnused ? { path, namespace: 'left-out' } : undefined
    })
    build.onLoad({ filter: /./, namespace: 'left-out' }, ({ path }) => ({
      contents: `
        const fail = () => { throw new Error(${JSON.stringify(`${path} was left out of the program (scripts/left-out.ts)`)}) }
        module.exports = new Proxy(fail, { get: fail, construct: fail })`,
    }))
  },
}
