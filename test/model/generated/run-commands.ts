import { askApi, askAstray } from './api-steps.ts'
import { interfere } from './control-steps.ts'
import type { World } from './model-runner.ts'
import type { Step } from './steps.ts'

/** Does a step with the server and with its model. Throws Difference where they part. */
export function play(world: World, step: Step): Promise<void> {
  switch (step.do) {
    case 'create':
    case 'list':
    case 'retrieve':
    case 'delete':
      return askApi(world, step)
    case 'stray':
      return askAstray(world, step)
    default:
      return interfere(world, step)
  }
}
