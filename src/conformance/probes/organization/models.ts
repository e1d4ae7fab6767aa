import { anyToken } from '../../checks/alternatives.ts'
import { checkThat } from '../../checks/check-result.ts'
import { describeResponse, fieldDifferences } from '../../checks/describe.ts'
import { evaluate, type ProbeOutcome } from '../../checks/evaluate.ts'
import { everyKey } from '../../checks/key-checks.ts'
import { hasFields, succeeds } from '../../checks/response-checks.ts'
import { getRequest, projectPath, unknownKey } from '../../client/requests.ts'
import { type Probe, readProbe, sendAndCheck, writeProbe } from '../../probe.ts'
import type { ProbeContext } from '../../probe-context.ts'
import {
  isIncorrectKey,
  isMissingKey,
  isMissingScope,
  projectKey,
  stringError,
  unknownKeyRedacted,
} from '../authentication.ts'
import { isInvalidKey, isUsed } from '../lifecycle.ts'
import { accountPath, deletionOf } from './service-accounts.ts'

const modelsPath = '/models'
const projectKeyRedacted = `sk-proj-${'*'.repeat(14)}6789`
const modelFields = ['id', 'object', 'created', 'owned_by']

const listModels = (context: ProbeContext, token: string) => context.send(getRequest(modelsPath, { token }))

export const modelProbes: Probe[] = [
  readProbe('models-without-key', 'sibling', sendAndCheck(getRequest(modelsPath, { token: null }), [isMissingKey])),
  readProbe(
    'models-with-admin-key',
    'sibling',
    sendAndCheck(getRequest(modelsPath), [isMissingScope('model.read')], [stringError, anyToken()]),
  ),
  readProbe(
    'models-with-wrong-key',
    'sibling',
    sendAndCheck(getRequest(modelsPath, { token: unknownKey }), [isIncorrectKey(unknownKeyRedacted)], [anyToken()]),
  ),
  readProbe(
    'models-with-wrong-project-key',
    'assumed',
    sendAndCheck(getRequest(modelsPath, { token: projectKey }), [isIncorrectKey(projectKeyRedacted)], [anyToken()]),
  ),
  writeProbe('models', 'spec', async (context) => {
    const [{ value }] = await context.twoAccounts()
    const isModel = everyKey('4 fields in order', (model) => fieldDifferences(model, modelFields))
    return evaluate(await listModels(context, value), [succeeds, hasFields(['object', 'data']), isModel])
  }),
  writeProbe('models-mark-key-as-used', 'assumed', async (context) => {
    const { keyId, value } = await context.createAccount()
    succeeds(await listModels(context, value))
    const path = projectPath((await context.project()).id, 'api_keys', keyId)
    return evaluate(await context.send(getRequest(path)), [succeeds, isUsed])
  }),
  writeProbe('models-after-deletion', 'assumed', async (context) => {
    const { id, value } = await context.createAccount()
    succeeds(await context.send(deletionOf(await accountPath(context, id))))
    return evaluate(await listModels(context, value), [isInvalidKey], [anyToken()])
  }),
  writeProbe('models-after-expiry', 'assumed', runAfterExpiry, ({ expiringAccount }) => expiringAccount()),
]

async function runAfterExpiry(context: ProbeContext): Promise<ProbeOutcome> {
  const { created, expired } = await context.expiringAccount()
  const { id, value } = created
  await expired()
  const outcome = evaluate(await listModels(context, value), [isInvalidKey], [anyToken()])
  const deleted = await context.send(deletionOf(await accountPath(context, id)))
  const isDeleted = checkThat(deleted.status === 200, 'its account can be deleted', describeResponse(deleted))
  return { ...outcome, results: [...outcome.results, isDeleted] }
}
