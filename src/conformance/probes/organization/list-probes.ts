import { anyToken } from '../../checks/alternatives.ts'
import { NotApplicable } from '../../checks/check-result.ts'
import { fieldDifferences } from '../../checks/describe.ts'
import { type Alternative, evaluate } from '../../checks/evaluate.ts'
import { everyKey, type FieldRule, ruleViolations } from '../../checks/key-checks.ts'
import { hasAtMostKeys, hasKeyCount, hasKeyIds, hasMore } from '../../checks/list-checks.ts'
import { type Check, hasFields, succeeds } from '../../checks/response-checks.ts'
import { getRequest, type ProbeRequest, unknownKey } from '../../client/requests.ts'
import { type HttpResponse, idsOf, valueAt } from '../../client/response.ts'
import { type Evidence, type Probe, readProbe } from '../../probe.ts'
import type { ProbeContext } from '../../probe-context.ts'
import {
  isIncorrectKey,
  isMissingKey,
  isMissingScope,
  projectKey,
  stringError,
  unknownKeyRedacted,
} from '../authentication.ts'
import { isNotAnInteger, rejectsTooLarge, rejectsTooSmall } from '../limit.ts'
import { hasFirstAndLastId, isEmptyList, isList, listFields } from '../list.ts'
import { isInvalid } from './object-checks.ts'

export interface ListedResource {
  /** What the names of the probes start with. */
  prefix: string
  /** What the list has, in the singular. */
  noun: string
  /** The path of the list. */
  path: (context: ProbeContext) => string | Promise<string>
  /** The fields of an object in their order, with their rules. */
  rules: Record<string, FieldRule>
  /** An id that was never issued. */
  unknownId: string
}

/** Returns the response of the list, which must have at least `count` objects. */
export async function existingOf(
  { noun, path }: Pick<ListedResource, 'noun' | 'path'>,
  context: ProbeContext,
  count: number,
): Promise<HttpResponse> {
  const response = await context.existingItems(await path(context))
  succeeds(response)
  if (idsOf(response).length < count)
    throw new NotApplicable(`requires at least ${count} ${noun}${count === 1 ? '' : 's'}`)
  return response
}

type ChecksOf = (existing: HttpResponse) => readonly Check[]

/** Returns the probes that every list has in common. */
export function listProbes(resource: ListedResource): Probe[] {
  const { prefix, noun, path, rules, unknownId } = resource
  const list = (
    name: string,
    evidence: Evidence,
    query: string,
    checks: readonly Check[],
    overrides: Partial<ProbeRequest> = {},
    alternatives: readonly Alternative[] = [],
  ) =>
    readProbe(`${prefix}-${name}`, evidence, async (context) =>
      evaluate(await context.sendCached(getRequest((await path(context)) + query, overrides)), checks, alternatives),
    )
  const existing = (name: string, evidence: Evidence, checks: readonly Check[]) =>
    readProbe(`${prefix}-${name}`, evidence, async (context) =>
      evaluate(await context.existingItems(await path(context)), checks),
    )
  /** Needs `count` objects; `queryOf` gets their ids. */
  const listOf = (
    count: number,
    name: string,
    evidence: Evidence,
    queryOf: (ids: string[]) => string,
    checksOf: ChecksOf,
    alternatives: readonly Alternative[] = [],
  ) =>
    readProbe(`${prefix}-${name}`, evidence, async (context) => {
      const items = await existingOf(resource, context, count)
      const response = await context.sendCached(getRequest((await path(context)) + queryOf(idsOf(items))))
      return evaluate(response, checksOf(items), alternatives)
    })
  const isComplete = ({ body }: HttpResponse) => valueAt(body, 'has_more') === false
  const sameIds: ChecksOf = (existing) => [
    succeeds,
    hasKeyIds(idsOf(existing), 'same ids as without the parameter', noun),
  ]
  const afterOf = (id: string | undefined) => `after=${encodeURIComponent(id ?? '')}`
  return [
    existing('list', 'spec', [succeeds, hasFields(listFields), isList]),
    existing('list-ends', 'sdk', [succeeds, hasFirstAndLastId]),
    listOf(
      1,
      'fields',
      'spec',
      () => '?limit=100',
      () => [
        succeeds,
        everyKey(`${Object.keys(rules).length} fields in order`, (item) => fieldDifferences(item, Object.keys(rules))),
      ],
    ),
    listOf(
      1,
      'types',
      'spec',
      () => '?limit=100',
      () => [succeeds, everyKey('fields of the correct types', (item) => ruleViolations(item, rules))],
    ),
    listOf(
      2,
      'limit-one',
      'spec',
      () => '?limit=1',
      () => [succeeds, hasKeyCount(1, noun), hasMore(true)],
    ),
    listOf(
      2,
      'limit-zero',
      'sibling',
      () => '?limit=0',
      () => [succeeds, hasKeyCount(1, noun)],
      rejectsTooSmall(0),
    ),
    list('limit-above', 'sibling', '?limit=101', [succeeds, hasAtMostKeys(100, noun)], {}, rejectsTooLarge(101)),
    list('limit-word', 'sibling', '?limit=abc', [isNotAnInteger]),
    listOf(
      2,
      'after-first',
      'spec',
      ([first]) => `?limit=100&${afterOf(first)}`,
      (existing) =>
        isComplete(existing)
          ? [succeeds, hasKeyIds(idsOf(existing).slice(1), 'all but the first', noun)]
          : [succeeds, hasKeyCount(100, noun)],
    ),
    listOf(
      1,
      'after-last',
      'sibling',
      (ids) => `?limit=100&${afterOf(ids.at(-1))}`,
      (existing) => (isComplete(existing) ? [succeeds, isEmptyList] : [succeeds, isList]),
    ),
    listOf(1, 'after-empty', 'sdk', () => '?after=&limit=100', sameIds),
    list('after-unknown', 'assumed', `?${afterOf(unknownId)}`, [isInvalid('after')]),
    list('after-repeated', 'sibling', `?${afterOf(unknownId)}&${afterOf(unknownId)}`, [isInvalid('after')]),
    listOf(1, 'unknown-parameter', 'assumed', () => '?foo=bar&limit=100', sameIds),
    list('auth-missing', 'sibling', '', [isMissingKey], { token: null }),
    list('auth-wrong', 'sibling', '', [isIncorrectKey(unknownKeyRedacted)], { token: unknownKey }, [anyToken()]),
    list('auth-project', 'sibling', '', [isMissingScope('management.read')], { token: projectKey }, [
      stringError,
      anyToken(),
    ]),
  ]
}
