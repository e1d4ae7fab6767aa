import { runApiStep, runUnknownUrlStep } from './api-steps.ts'
import { runControlStep } from './control-steps.ts'
import type { ModelRunner } from './model-runner.ts'
import { runResourceStep } from './run-resource-step.ts'
import type { Step } from './steps.ts'

/** Runs a step on the server and on its model. Throws ModelMismatch if they disagree. */
export function runStep(runner: ModelRunner, step: Step): Promise<void> {
  switch (step.do) {
    case 'create':
    case 'list':
    case 'retrieve':
    case 'delete':
      return runApiStep(runner, step)
    case 'call':
      return runResourceStep(runner, step)
    case 'unknown url':
      return runUnknownUrlStep(runner, step)
    default:
      return runControlStep(runner, step)
  }
}
