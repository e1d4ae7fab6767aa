import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { exchangeOf } from './context.ts'
import type { Pipeline } from './pipeline.ts'
import { inTurn, isItsTurn } from './pipelining.ts'
import { Burst } from './response-batcher.ts'

interface Behind {
  /** Adds the routes that stand behind it. */
  registerApi: (api: FastifyInstance) => void
  /** Answers what is ours and has no route here. */
  answerOurs: (request: FastifyRequest, reply: FastifyReply) => void
}

/** Hooks the pipeline into the server. */
export function installPipeline(app: FastifyInstance, pipeline: Pipeline, { registerApi, answerOurs }: Behind): void {
  const burst = new Burst()
  app.setErrorHandler(pipeline.handleError)
  app.addHook('onRequest', (request, reply, done) => {
    if (isItsTurn(reply.raw)) return done()
    // A client that has sent all it will may have ended its side: what it is still to get must not wait for a turn each.
    exchangeOf(request).isBehind = true
    burst.flush()
    inTurn(reply.raw, done)
  })
  app.addHook('onRequest', (request, reply, done) => {
    if (request.is404 && pipeline.isOurs(request)) return answerOurs(request, reply)
    if (request.is404) pipeline.refuseUnrouted(request)
    done()
  })
  app.addHook('onSend', (request, reply, payload, done) => {
    pipeline.sign(request, reply, payload)
    if (exchangeOf(request).isBehind) done(null, payload)
    else burst.putOff(() => done(null, payload))
  })
  app.register((api, _options, done) => {
    api.addHook('onRequest', (request, reply, next) => {
      // To the router what follows a slash at the end is an empty id; to the API it is no URL at all.
      if (exchangeOf(request).address.sentPath.endsWith('/')) pipeline.refuseUnrouted(request)
      pipeline.enter(request, reply)
      pipeline.meetFaults(request, next)
    })
    registerApi(api)
    done()
  })
}
