import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import * as errors from './errors.ts'

// The files of Swagger UI, served without its Fastify plugin: the plugin loads a static file server and a YAML parser, which
// would make the first request to any control wait 30 ms longer.
const contentTypes: Record<string, string> = {
  'favicon-16x16.png': 'image/png',
  'favicon-32x32.png': 'image/png',
  'index.css': 'text/css; charset=utf-8',
  'index.html': 'text/html; charset=utf-8',
  'swagger-ui-bundle.js': 'text/javascript; charset=utf-8',
  'swagger-ui-standalone-preset.js': 'text/javascript; charset=utf-8',
  'swagger-ui.css': 'text/css; charset=utf-8',
}

/** Returns the page; its links are relative to the URL that it was requested by, with or without a trailing slash. */
const page = (url: string) => {
  const assets = /^[^?]*\/docs\/(\?|$)/.test(url) ? 'static' : 'docs/static'
  return `<!DOCTYPE html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <title>Admin keys emulator</title>
    <link rel="stylesheet" href="${assets}/swagger-ui.css">
    <link rel="stylesheet" href="${assets}/index.css">
    <link rel="icon" type="image/png" href="${assets}/favicon-32x32.png" sizes="32x32">
  </head>
  <body>
    <div id="swagger-ui"></div>
    <script src="${assets}/swagger-ui-bundle.js"></script>
    <script src="${assets}/swagger-ui-standalone-preset.js"></script>
    <script src="${assets}/swagger-initializer.js"></script>
  </body>
</html>
`
}

// Without a validatorUrl of null the page would send the document to a server on the internet.
const initializer = `SwaggerUIBundle({
  url: new URL('../../openapi.json', document.currentScript.src).href,
  dom_id: '#swagger-ui',
  deepLinking: true,
  validatorUrl: null,
  presets: [SwaggerUIBundle.presets.apis, SwaggerUIStandalonePreset],
  layout: 'StandaloneLayout',
})
`

/** Registers the OpenAPI document at `/openapi.yaml` and `/openapi.json`, and pages to read and try it at `/docs`. */
export function registerDocs(app: FastifyInstance, checkHost: (request: FastifyRequest) => void): void {
  const assetFolder = join(dirname(createRequire(import.meta.url).resolve('@fastify/swagger-ui')), 'static')
  app.register(async (docs) => {
    docs.addHook('onRequest', (request, _reply, done) => {
      checkHost(request)
      done()
    })
    const options = { schema: { hide: true } }
    for (const url of ['/openapi.json', '/docs/json'])
      docs.get(url, options, (_request, reply) => reply.send(app.swagger()))
    docs.get('/openapi.yaml', options, (_request, reply) =>
      reply.type('application/yaml').send(app.swagger({ yaml: true })),
    )
    for (const url of ['/docs', '/docs/']) {
      docs.get(url, options, (request, reply) => reply.type('text/html; charset=utf-8').send(page(request.originalUrl)))
    }
    docs.get('/docs/static/swagger-initializer.js', options, (_request, reply) =>
      reply.type('text/javascript; charset=utf-8').send(initializer),
    )
    docs.get<{ Params: { file: string } }>('/docs/static/:file', options, async (request, reply) => {
      const { method, originalUrl, params } = request
      const type = Object.hasOwn(contentTypes, params.file) ? contentTypes[params.file] : undefined
      if (type === undefined) throw errors.unknownControlUrl(method, originalUrl.replace(/[?#].*/s, ''))
      return reply.type(type).send(await readFile(join(assetFolder, params.file)))
    })
  })
}
