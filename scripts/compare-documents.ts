import { compareNames, compareSchemas, type Difference } from './compare-schemas.ts'
import {
  follow,
  type Located,
  type OpenApiDocument,
  type Operation,
  operationsOf,
  type Parameter,
  type Response,
} from './openapi-document.ts'

/** The paths of the emulated collections; the published document has hundreds of others. */
const collections = [
  /^\/organization\/(admin_api_keys|audit_logs)(\/|$)/,
  /^\/organization\/projects(\/\{\w+\}(\/archive)?)?$/,
  /^\/organization\/projects\/\{\w+\}\/(api_keys|service_accounts)(\/|$)/,
  /^\/models$/,
]

interface Comparison {
  differences: Difference[]
  /** The operationIds of the operations that both documents have, sorted. */
  compared: string[]
}

/**
 * Compares every operation of the emulated API with a published document: path, method, parameters, request body and each
 * published response. Not compared are texts for people and the statuses that only the emulator documents.
 */
export function compareDocuments(emulatedDocument: OpenApiDocument, publishedDocument: OpenApiDocument): Comparison {
  const emulated = new Map([...operationsOf(emulatedDocument)].filter(([, { operationId }]) => isOfApi(operationId)))
  const published = new Map([...operationsOf(publishedDocument)].filter(([name]) => isOfCollection(name)))
  const common = [...published.keys()].filter((name) => emulated.has(name))
  const differences = common.flatMap((name) =>
    compareOperations(
      name,
      locate(emulated.get(name), emulatedDocument),
      locate(published.get(name), publishedDocument),
    ),
  )
  return {
    differences: withoutRepeated([...compareNames('', emulated.keys(), published.keys()), ...differences]),
    compared: common.map((name) => published.get(name)?.operationId ?? name).sort(),
  }
}

const isOfApi = (operationId = '') => !operationId.startsWith('emulator-')
const isOfCollection = (name: string) => collections.some((paths) => paths.test(name.replace(/^\w+ /, '')))

// Several operations use one component.
function withoutRepeated(differences: readonly Difference[]): Difference[] {
  return [...new Map(differences.map((each) => [`${each.kind} ${each.place}`, each])).values()]
}

interface LocatedOperation {
  operation: Operation
  document: OpenApiDocument
  /** Returns the JSON schema of a body or a parameter. */
  schemaOf(part: Pick<Response, 'content'> | Pick<Parameter, 'schema'> | undefined): Located
}

function locate(operation: Operation = { responses: {} }, document: OpenApiDocument): LocatedOperation {
  return {
    operation,
    document,
    schemaOf(part = {}) {
      const { schema = {} } = 'content' in part ? (part.content?.['application/json'] ?? {}) : (part as Parameter)
      return { schema, document }
    },
  }
}

function compareOperations(name: string, own: LocatedOperation, theirs: LocatedOperation): Difference[] {
  const identity = ({ operation: { operationId, security = [] } }: LocatedOperation) => [
    `operationId ${operationId}`,
    ...security.map((each) => `security ${Object.keys(each)}`),
  ]
  const place = theirs.operation.operationId ?? name
  return [
    ...compareNames(`${place} `, identity(own), identity(theirs)),
    ...compareParameters(own, theirs, place),
    ...compareBodies(own, theirs, place),
    ...compareResponses(own, theirs, place),
  ]
}

function compareParameters(own: LocatedOperation, theirs: LocatedOperation, place: string): Difference[] {
  const byName = ({ operation: { parameters = [] } }: LocatedOperation) =>
    new Map(parameters.map((each) => [`${each.in} ${each.name}`, each]))
  const [emulated, published] = [byName(own), byName(theirs)]
  const common = [...published.keys()].filter((name) => emulated.has(name))
  return [
    ...compareNames(`${place} `, emulated.keys(), published.keys()),
    ...common.flatMap((name) => {
      const [one, other] = [emulated.get(name), published.get(name)]
      return [
        ...compareNames(`${place} ${name} `, formOf(one), formOf(other)),
        ...compareSchemas(own.schemaOf(one), theirs.schemaOf(other), `${place} ${name}`, 'request'),
      ]
    }),
  ]
}

/** Returns what a parameter says besides its schema. */
function formOf({ required, style, explode }: Partial<Parameter> = {}): string[] {
  return [
    ...(required === true ? ['required'] : []),
    ...(style === undefined ? [] : [`style ${style}`]),
    ...(explode === undefined ? [] : [`explode ${explode}`]),
  ]
}

function compareBodies(own: LocatedOperation, theirs: LocatedOperation, place: string): Difference[] {
  const [emulated, published] = [own.operation.requestBody, theirs.operation.requestBody]
  const partsOf = (body: Operation['requestBody']) => [
    ...(body === undefined ? [] : ['body']),
    ...(body?.required === true ? ['body required'] : []),
  ]
  return [
    ...compareNames(`${place} `, partsOf(emulated), partsOf(published)),
    ...(emulated === undefined || published === undefined
      ? []
      : compareSchemas(own.schemaOf(emulated), theirs.schemaOf(published), `${place} body`, 'request')),
  ]
}

function compareResponses(own: LocatedOperation, theirs: LocatedOperation, place: string): Difference[] {
  const responses = ({ operation, document }: LocatedOperation) =>
    new Map(Object.entries(operation.responses).map(([status, response]) => [status, follow(response, document)]))
  const headers = (response: Response | undefined) =>
    Object.keys(response?.headers ?? {}).map((header) => `header ${header.toLowerCase()}`)
  const [emulated, published] = [responses(own), responses(theirs)]
  const common = [...published.keys()].filter((status) => emulated.has(status))
  return [
    ...compareNames(`${place} response `, emulated.keys(), published.keys(), ['missing']),
    ...common.flatMap((status) => {
      const [one, other] = [emulated.get(status), published.get(status)]
      const at = `${place} response ${status}`
      return [
        ...compareNames(`${at} `, headers(one), headers(other), ['missing']),
        ...compareSchemas(own.schemaOf(one), theirs.schemaOf(other), at, 'response'),
      ]
    }),
  ]
}
