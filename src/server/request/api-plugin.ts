import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { contextOf } from './context.ts'
import type { Pipeline } from './pipeline.ts'
import { isHeadOfPipeline, whenHeadOfPipeline } from './pipelining.ts'
import { ResponseBatcher } from './response-batcher.ts'

interface ApiPluginDeps {
  /** Adds the routes that stand behind it. */
  registerApi: (api: FastifyInstance) => void
  /** Answers what is ours and has no route here. */
  handleControlRequest: (request: FastifyRequest, reply: FastifyReply) => void
}

/** Hooks the pipeline into the server. */
export function installPipeline(
  app: FastifyInstance,
  pipeline: Pipeline,
  { registerApi, handleControlRequest }: ApiPluginDeps,
): void {
  const responseBatcher = new ResponseBatcher()
  app.setErrorHandler(pipeline.handleError)
  app.addHook('onRequest', (request, reply, done) => {
    if (isHeadOfPipeline(reply.raw)) return done()
    // A client that has sent all it will may have ended its side: what it is still to get must not wait for a turn each.
    contextOf(request).isPipelined = true
    responseBatcher.flush()
    whenHeadOfPipeline(reply.raw, done)
  })
  app.addHook('onRequest', (request, reply, done) => {
    if (request.is404 && pipeline.isOurs(request)) return handleControlRequest(request, reply)
    if (request.is404) pipeline.rejectUnknownRoute(request)
    done()
  })
  app.addHook('onSend', (request, reply, payload, done) => {
    pipeline.finishResponse(request, reply, payload)
    if (contextOf(request).isPipelined) done(null, payload)
    else responseBatcher.defer(() => done(null, payload))
  })
  app.register((api, _options, done) => {
    api.addHook('onRequest', (request, reply, next) => {
      // To the router what follows a slash at the end is an empty id; to the API it is no URL at all.
      if (contextOf(request).target.rawPath.endsWith('/')) pipeline.rejectUnknownRoute(request)
      pipeline.enterSandbox(request, reply)
      pipeline.injectFaults(request, next)
    })
    registerApi(api)
    done()
  })
}
