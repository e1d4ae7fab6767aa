import { createPagedList } from './paged-list.ts'
import { controls } from './sandbox.ts'

export const idFilters = ['project_id', 'actor_id', 'resource_id']

export const auditLog = createPagedList({
  panel: 'audit',
  filters: ['filter', ...idFilters],
  list: (search) => controls().auditLogs(search),
  searchesFor: (id) => [{ filter: id }],
})
