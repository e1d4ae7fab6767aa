import type { Probe } from '../probe.ts'
import { authentication } from './authentication.ts'
import { routes } from './base-path.ts'
import { bodies } from './create-bodies.ts'
import { creation } from './creation.ts'
import { cursor } from './cursor.ts'
import { deletion } from './deletion.ts'
import { refusals } from './errors.ts'
import { headers } from './headers.ts'
import { keys } from './key.ts'
import { life } from './lifecycle.ts'
import { limit } from './limit.ts'
import { listing } from './list.ts'
import { order } from './order.ts'
import { owner } from './owner.ts'
import { precedence } from './precedence.ts'

const all: Probe[] = [
  ...[listing, order, cursor, limit, keys, owner, routes, authentication, refusals, precedence, headers],
  ...[creation, bodies, life, deletion],
].flat()

/** Every probe, the first that of the list; what changes something comes after what does not. */
export const probes: readonly Probe[] = [...all.filter(({ writes }) => !writes), ...all.filter(({ writes }) => writes)]
