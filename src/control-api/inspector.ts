import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { packageRoot } from '../common/package-info.ts'
import { inspectorPath } from './inspector-path.ts'
import { inspectorPolicy } from './security-headers.ts'

const contentTypes = {
  'index.html': 'text/html; charset=utf-8',
  'inspector.css': 'text/css; charset=utf-8',
  'inspector.js': 'text/javascript; charset=utf-8',
}
type FileName = keyof typeof contentTypes

interface PageFile {
  content: string
  etag: string
}

/**
 * Registers the page of the inspector. It needs no control token, because it contains no data: the page asks for the token and
 * sends it to the controls. Links from other sites lead to it, too.
 */
export function registerInspector(app: FastifyInstance, checkHost: (request: FastifyRequest) => void): void {
  // Read when they are first requested: most runs never are.
  const files = new Map<FileName, Promise<PageFile>>()
  function readOnce(name: FileName): Promise<PageFile> {
    const known = files.get(name)
    if (known !== undefined) return known
    const reading = readPageFile(name)
    files.set(name, reading)
    // What cannot be read now may be readable later.
    reading.catch(() => files.delete(name))
    return reading
  }

  async function send(name: FileName, request: FastifyRequest, reply: FastifyReply) {
    const { content, etag } = await readOnce(name)
    reply.headers({ etag, 'cache-control': 'no-cache', 'content-security-policy': inspectorPolicy })
    const known = request.headers['if-none-match']
    if (known === '*' || known?.includes(etag)) return reply.code(304).send()
    return reply.type(contentTypes[name]).send(content)
  }

  app.register(async (pages) => {
    pages.addHook('onRequest', (request, _reply, done) => {
      checkHost(request)
      done()
    })
    const options = { schema: { hide: true }, exposeHeadRoute: true }
    pages.get('/_emulator/ui', options, (request, reply) => {
      const sandbox = sandboxInUrl(request)
      return reply.redirect(sandbox === undefined ? inspectorPath : `${inspectorPath}${sandbox}/`)
    })
    pages.get<{ Params: { '*': string } }>('/_emulator/ui/*', options, (request, reply) => {
      const sandbox = sandboxInUrl(request)
      if (sandbox !== undefined) return reply.redirect(`${inspectorPath}${sandbox}/`)
      const path = request.params['*']
      // Every other path is a view, which the page itself shows.
      const isAsset = path === 'inspector.css' || path === 'inspector.js'
      return send(isAsset ? path : 'index.html', request, reply)
    })
  })
}

// The page names the sandbox in its own path.
const sandboxInUrl = ({ originalUrl }: FastifyRequest) => /^\/sandbox\/([^/]+)\//.exec(originalUrl)?.[1]

async function readPageFile(name: FileName): Promise<PageFile> {
  const content = await readFile(new URL(`dist/inspector/${name}`, packageRoot), 'utf8')
  return { content, etag: `"${createHash('sha256').update(content).digest('base64url').slice(0, 22)}"` }
}
