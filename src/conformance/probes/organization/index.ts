import type { Probe } from '../../probe.ts'
import { archiveProbes } from './archive.ts'
import { auditLogProbes } from './audit-logs.ts'
import { modelProbes } from './models.ts'
import { projectKeyProbes } from './project-keys.ts'
import { projectProbes } from './projects.ts'
import { serviceAccountProbes } from './service-accounts.ts'

/** The probes of what surrounds admin keys. */
export const organizationProbes: Probe[] = [
  projectProbes,
  serviceAccountProbes,
  projectKeyProbes,
  modelProbes,
  auditLogProbes,
  archiveProbes,
].flat()
