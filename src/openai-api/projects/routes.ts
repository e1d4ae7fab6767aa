import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import type { FastifyInstance } from 'fastify'
import type { RunOperation } from '../run-operation.ts'
import { archiveProject, createProject, links, listProjects, modifyProject, retrieveProject } from './operations.ts'
import { Project, ProjectList } from './schemas.ts'

/** Registers the operations on projects. */
export function registerProjects(instance: FastifyInstance, runOperation: RunOperation): void {
  const app = instance.withTypeProvider<TypeBoxTypeProvider>()
  for (const component of [Project, ProjectList]) app.addSchema(component)
  const path = '/organization/projects/:project_id'

  app.get('/organization/projects', { schema: listProjects, links: links.list }, (request) =>
    runOperation(request, ({ projects }) => projects.list(request.query)),
  )

  app.post('/organization/projects', { schema: createProject, links: links.create }, (request) =>
    runOperation(request, ({ projects }, { actor }) => projects.create(request.body, actor())),
  )

  app.get(path, { schema: retrieveProject }, (request) =>
    runOperation(request, ({ projects }) => projects.retrieve(request.params.project_id)),
  )

  app.post(path, { schema: modifyProject }, (request) =>
    runOperation(request, ({ projects }, { actor }) =>
      projects.modify(request.params.project_id, request.body ?? {}, actor()),
    ),
  )

  app.post(`${path}/archive`, { schema: archiveProject }, (request) =>
    runOperation(request, ({ projects }, { actor }) => projects.archive(request.params.project_id, actor())),
  )
}
