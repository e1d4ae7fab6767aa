import type { Probe } from '../probe.ts'
import { authenticationProbes } from './authentication.ts'
import { basePathProbes } from './base-path.ts'
import { createBodyProbes } from './create-bodies.ts'
import { creationProbes } from './creation.ts'
import { cursorProbes } from './cursor.ts'
import { deletionProbes } from './deletion.ts'
import { errorProbes } from './errors.ts'
import { headerProbes } from './headers.ts'
import { keyProbes } from './key.ts'
import { lifecycleProbes } from './lifecycle.ts'
import { limitProbes } from './limit.ts'
import { listProbes } from './list.ts'
import { nameProbes } from './names.ts'
import { orderProbes } from './order.ts'
import { organizationProbes } from './organization/index.ts'
import { ownerProbes } from './owner.ts'
import { paginationProbes } from './pagination.ts'
import { precedenceProbes } from './precedence.ts'

const all: Probe[] = [
  listProbes,
  paginationProbes,
  orderProbes,
  cursorProbes,
  limitProbes,
  keyProbes,
  ownerProbes,
  basePathProbes,
  authenticationProbes,
  errorProbes,
  precedenceProbes,
  headerProbes,
  creationProbes,
  nameProbes,
  createBodyProbes,
  lifecycleProbes,
  deletionProbes,
  organizationProbes,
].flat()

/** All probes. The first one lists keys; the writing probes come last. */
export const probes: readonly Probe[] = [...all.filter(({ writes }) => !writes), ...all.filter(({ writes }) => writes)]
