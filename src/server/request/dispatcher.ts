import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { createContext } from './context.ts'
import type { PipelineQueue } from './pipeline-queue.ts'
import { isHeadOfPipeline } from './pipelining.ts'
import { redirectToInspector, wantsPage } from './redirect-browser.ts'
import { isControlPath, isMisplacedControlPath, type RouteTable, sandboxPath } from './routing.ts'
import type { RequestTarget } from './target.ts'
import type { TurnBatcher } from './turn-batcher.ts'

interface DispatcherDeps {
  /** The app of the emulated API. */
  handleApi: RequestListener
  handleControl: RequestListener
  /** The routes of the emulated API's app, health checks included. */
  apiRoutes: RouteTable
  batcher: TurnBatcher
  pipelineQueue: PipelineQueue
}

/** Returns the listener of the HTTP server: it creates the request's context and chooses the app that handles it. */
export function createDispatcher(deps: DispatcherDeps): RequestListener {
  const { handleApi, handleControl, apiRoutes, batcher, pipelineQueue } = deps

  // Health checks are control paths, too, but the emulated API's app handles them: the other one may not be built yet.
  function isForControlApp({ method = '' }: IncomingMessage, target: RequestTarget, path: string): boolean {
    if (isControlPath(path)) return target.isMalformed || !apiRoutes.methodsOf(path)?.includes(method)
    return isMisplacedControlPath(path) && apiRoutes.methodsOf(path) === undefined
  }

  function handlerOf(request: IncomingMessage, target: RequestTarget): RequestListener {
    const path = sandboxPath(target)
    if (path === '/' && wantsPage(request)) return redirectToInspector
    return isForControlApp(request, target, path) ? handleControl : handleApi
  }

  return (request: IncomingMessage, response: ServerResponse) => {
    const context = createContext(request)
    const handle = handlerOf(request, context.target)
    if (isHeadOfPipeline(response)) return handle(request, response)
    context.isPipelined = true
    // A client that has sent everything may have closed its side: its responses must not wait a turn each.
    batcher.flushResponses()
    pipelineQueue.add(request.socket, response, () => handle(request, response))
  }
}
