import { toJson } from '../json-text.ts'
import type { OperationResult } from '../operation-result.ts'
import type { ModelList } from './schemas.ts'

/** The models of an organization whose seed has no list of models. */
export const defaultModels: readonly string[] = ['gpt-5', 'gpt-5-mini', 'text-embedding-3-small']

// All models have the same, because no test depends on it.
const created = 1_700_000_000

/** Returns the response of `GET /models`; `ids` are the models of the organization. */
export function listModels(ids: readonly string[]): OperationResult<ModelList> {
  const data = ids.map((id) => ({ id, object: 'model', created, owned_by: 'openai' }) as const)
  return { json: toJson<ModelList>({ object: 'list', data }) }
}
