import type { ListedFault } from '../api/types.ts'

/** Returns what a fault is: its kind, with the numbers of a rate limit. */
export const kindOf = ({ kind, requests, per }: Pick<ListedFault, 'kind' | 'requests' | 'per'>): string =>
  kind === 'rate_limit' ? `${kind}: ${requests} per ${per}` : kind
