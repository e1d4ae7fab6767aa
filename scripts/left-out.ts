import type { Plugin } from 'esbuild'

/** What libraries load but the program never uses: it trusts no proxy, and no thread writes its log. */
const unused = [
  { module: '@fastify/proxy-addr', by: /\/fastify\// },
  { module: 'thread-stream', by: /\/pino\// },
]

/**
 * Fastify asks it whether a plugin is for this version of Fastify. Those that are bundled with it are; to load what could
 * say so takes a twentieth of a start.
 */
const semver = { contents: 'module.exports = { satisfies: () => true }' }

/** Leaves such modules out of the program; using one throws. */
export const leaveOut: Plugin = {
  name: 'left-out',
  setup(build) {
    build.onResolve({ filter: /^[@\w]/ }, ({ path, importer }) => {
      const isUnused = unused.some(({ module, by }) => module === path && by.test(importer))
      const isAsked = path === 'semver' && /\/fastify\//.test(importer)
      return isUnused || isAsked ? { path, namespace: 'left-out' } : undefined
    })
    build.onLoad({ filter: /^semver$/, namespace: 'left-out' }, () => semver)
    build.onLoad({ filter: /./, namespace: 'left-out' }, ({ path }) => ({
      contents: `
        const fail = () => { throw new Error(${JSON.stringify(`${path} was left out of the program (scripts/left-out.ts)`)}) }
        module.exports = new Proxy(fail, { get: fail, construct: fail })`,
    }))
  },
}
