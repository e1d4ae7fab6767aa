import * as Type from 'typebox'
import { latestSecond } from '../../common/time.ts'
import { BehaviorSchema } from '../../openai-api/behavior.ts'
import { Timestamp } from '../../schema/timestamp.ts'
import { Choice, Nullable } from '../../schema/typebox.ts'
import { closed, Deleted, Generate, Id, Name, OrganizationId, Time, valueAndTimes } from './fields.ts'
import { SeedEvent, SeedProject } from './project-schema.ts'

// Descriptions are also the rules of error messages: "must be <description>".

const Owner = Type.Object(
  {
    type: Type.Optional(Choice(['user', 'service_account'], { description: '"user" or "service_account"' })),
    id: Type.Optional(Id),
    name: Type.Optional(Name),
    created_at: Type.Optional(Time),
  },
  { ...closed, title: 'an owner', description: 'an owner: {type, id, name, created_at}' },
)

const onlyForOneKey = { not: {}, description: "absent: 'generate' creates several keys, and this field belongs to one" }
const generateRules = {
  value: onlyForOneKey,
  value_sha256: onlyForOneKey,
  redacted_value: onlyForOneKey,
  deleted: onlyForOneKey,
  id: { pattern: '\\{n\\}', description: 'an id that contains {n}' },
}

export const SeedKey = Type.Object(
  {
    id: Type.Optional(Id),
    name: Nullable(Name, { description: 'a string of valid Unicode, or null for an unnamed key' }),
    ...valueAndTimes,
    owner: Type.Optional(Owner),
    scopes: Type.Optional(
      Type.Array(Choice(['api.management.read', 'api.management.write']), {
        description: 'a list of the scopes api.management.read and api.management.write; without it, the key has all',
      }),
    ),
    deleted: Type.Optional(Deleted),
    generate: Type.Optional(Generate('keys')),
  },
  {
    ...closed,
    title: 'a key',
    description: 'a key: {id, name, value, …}',
    not: { required: ['value', 'value_sha256'] },
    if: { required: ['generate'] },
    // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
    then: { properties: generateRules },
  },
)
export type SeedKey = Type.Static<typeof SeedKey>

const User = Type.Object(
  {
    id: Type.Optional(Id),
    name: Type.Optional(Name),
    email: Type.Optional(Name),
    created_at: Type.Optional(Time),
  },
  { ...closed, title: 'a user', description: 'a user: {id, name, email, created_at}' },
)

const Organization = Type.Object(
  { id: Type.Optional(OrganizationId), name: Type.Optional(Name), user: Type.Optional(User) },
  { ...closed, title: 'the organization', description: 'the organization: {id, name, user}' },
)

const Clock = Type.Object(
  {
    now: Type.Optional(Timestamp(latestSecond.clock)),
    frozen: Type.Optional(Type.Boolean({ description: 'true or false' })),
  },
  { ...closed, title: 'the clock', description: 'the clock: {now, frozen}' },
)

export const SeedFile = Type.Object(
  {
    organization: Type.Optional(Organization),
    behavior: Type.Optional(BehaviorSchema),
    clock: Type.Optional(Clock),
    models: Type.Optional(
      Type.Array(Id, {
        maxItems: 1000,
        description: 'a list of at most 1000 ids of models, which GET /models returns',
      }),
    ),
    projects: Type.Optional(Type.Array(SeedProject, { description: 'a list of projects' })),
    audit_logs: Type.Optional(Type.Array(SeedEvent, { description: 'a list of audit events' })),
    keys: Type.Optional(Type.Array(SeedKey, { description: 'a list of keys, in order of insertion' })),
  },
  {
    ...closed,
    title: 'a seed',
    description: 'a seed: {organization, behavior, clock, models, projects, audit_logs, keys}',
  },
)
export type SeedFile = Type.Static<typeof SeedFile>

/** The format of seeds, for editors and for validation. */
export const seedJsonSchema = {
  ...SeedFile,
  $schema: 'http://json-schema.org/draft-07/schema#',
}
