import * as Type from 'typebox'
import { link, optionalBody } from '../../schema/openapi-operation.ts'
import { Ref } from '../../schema/typebox.ts'
import {
  bodyErrorResponses,
  describeOperation,
  errorResponses,
  notFoundResponse,
  response,
} from '../http/operation-schemas.ts'
import type { OperationId } from '../operation-ids.ts'
import { CreateProjectBody, ListProjectsQuery, ModifyProjectBody, Project, ProjectList } from './schemas.ts'

// The operations on projects, as the routes and the OpenAPI document declare them.

const params = Type.Object({ project_id: Type.String({ description: 'The ID of the project.' }) })

const operation = (operationId: OperationId, summary: string, description: string) =>
  describeOperation({ operationId, summary, description, tag: 'Projects' })

const project = (description: string) => response(200, Ref(Project), description)

export const listProjects = {
  ...operation('list-projects', 'List projects', 'Lists the projects of the organization, the default project first.'),
  querystring: ListProjectsQuery,
  response: { ...response(200, Ref(ProjectList), 'A page of projects.'), ...errorResponses },
}

export const createProject = {
  ...operation('create-project', 'Create a project', 'Creates a project.'),
  body: CreateProjectBody,
  response: { ...project('The new project.'), ...errorResponses, ...bodyErrorResponses },
}

export const retrieveProject = {
  ...operation('retrieve-project', 'Retrieve a project', 'Returns one project, archived or not.'),
  params,
  response: { ...project('The project.'), ...errorResponses, ...notFoundResponse('project') },
}

export const modifyProject = {
  ...operation('modify-project', 'Modify a project', 'Changes a project that is neither archived nor the default one.'),
  params,
  body: ModifyProjectBody,
  ...optionalBody,
  response: {
    ...project('The changed project.'),
    ...errorResponses,
    ...bodyErrorResponses,
    ...notFoundResponse('project'),
  },
}

export const archiveProject = {
  ...operation(
    'archive-project',
    'Archive a project',
    'Archives a project; its service accounts and keys are deleted. The default project cannot be archived.',
  ),
  params,
  response: {
    ...project('The archived project.'),
    ...errorResponses,
    ...bodyErrorResponses,
    ...notFoundResponse('project'),
  },
}

const createdProject = { project_id: '$response.body#/id' }

export const links = {
  list: {
    200: {
      next: link('list-projects', 'The next page.', { after: '$response.body#/last_id' }),
      retrieveFirst: link('retrieve-project', 'The first project of the page.', {
        project_id: '$response.body#/data/0/id',
      }),
    },
  },
  create: {
    200: {
      retrieve: link('retrieve-project', 'The project.', createdProject),
      modify: link('modify-project', 'Changes the new project.', createdProject),
      archive: link('archive-project', 'Archives the new project.', createdProject),
      createServiceAccount: link('create-project-service-account', 'Creates an account in it.', createdProject),
    },
  },
}
