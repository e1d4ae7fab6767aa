import type { FastifyInstance } from 'fastify'
import * as Type from 'typebox'
import { runInTurns } from '../../common/turns.ts'
import { isSandboxName, sandboxNamePattern, sandboxNameRule } from '../../sandbox/names.ts'
import type { Sandbox } from '../../sandbox/sandbox.ts'
import { describeImage } from '../../sandbox/state.ts'
import type { Image } from '../../sandbox/storage/database.ts'
import { DamagedImage } from '../../sandbox/storage/errors.ts'
import { link } from '../../schema/openapi-operation.ts'
import { UnixTime } from '../../schema/typebox.ts'
import type { ControlDeps } from '../deps.ts'
import * as errors from '../errors.ts'
import { type ControlResponses, defineControl } from '../operation.ts'

export const Snapshot = Type.Object({
  name: Type.String(),
  created_at: UnixTime('When it was taken, in Unix seconds of the sandbox clock.', 1_767_225_600),
  keys: Type.Integer({ description: 'The number of admin keys it lists.' }),
})
export type Snapshot = Type.Static<typeof Snapshot>

export const ListedSnapshot = Type.Object({
  name: Type.String(),
  created_at: Type.Optional(Snapshot.properties.created_at),
  keys: Type.Optional(Snapshot.properties.keys),
  damaged: Type.Optional(
    Type.Literal(true, { description: 'The file of the snapshot cannot be used, and nothing else is known about it.' }),
  ),
})
export type ListedSnapshot = Type.Static<typeof ListedSnapshot>

const NameParams = Type.Object({
  name: Type.String({ pattern: sandboxNamePattern, description: 'The name of the snapshot.' }),
})
type NameRoute = { Params: { name: string } }

const maxSnapshots = 100

const responses: ControlResponses = { 200: [Snapshot, 'The snapshot.'] }

/** Registers snapshots: named copies that a sandbox can return to. A reset keeps them. */
export function registerSnapshots(app: FastifyInstance, { sandboxFor, log }: ControlDeps): void {
  const listSnapshots = defineControl('emulator-snapshots-list', {
    summary: 'List the snapshots',
    description:
      'Lists the snapshots of the sandbox, by name. A snapshot whose file is damaged has `damaged` instead of details.',
    responses: { 200: [Type.Object({ data: Type.Array(ListedSnapshot) }), 'The snapshots.'] },
  })
  app.get('/_emulator/snapshots', { schema: listSnapshots }, async (request, { raw }) => ({
    data: await runInTurns(listAll(sandboxFor(request)), raw),
  }))

  const takeSnapshot = defineControl('emulator-snapshots-take', {
    summary: 'Take a snapshot',
    description:
      'Copies keys, clock, behavior and randomness. Overwrites a snapshot of the same name. A sandbox has at most 100 snapshots.',
    params: NameParams,
    responses,
    extraErrors: [409, 413],
  })
  const byName = { name: '$response.body#/name' }
  const links = {
    200: {
      restore: link('emulator-snapshots-restore', 'Returns to the snapshot.', byName),
      delete: link('emulator-snapshots-delete', 'Deletes the snapshot.', byName),
    },
  }
  app.put<NameRoute>('/_emulator/snapshots/:name', { schema: takeSnapshot, links }, (request) => {
    const sandbox = sandboxFor(request)
    const { name } = request.params
    if (!isSandboxName(name)) throw errors.invalidName('name', name, sandboxNameRule)
    const names = sandbox.snapshotNames()
    if (names.length >= maxSnapshots && !names.includes(name)) throw errors.snapshotLimit(maxSnapshots)
    sandbox.snapshot(name).write(sandbox.captureImage())
    log.info({ sandbox: sandbox.name, snapshot: name }, 'snapshot taken')
    sandbox.changes.notify('snapshots')
    return toSnapshot(sandbox, name)
  })

  const restoreSnapshot = defineControl('emulator-snapshots-restore', {
    summary: 'Restore a snapshot',
    description:
      'Returns to the state of the snapshot, and to its time unless the clock is the system clock. Aborts requests in flight.',
    params: NameParams,
    responses,
    extraErrors: [404, 409, 413],
  })
  app.post<NameRoute>('/_emulator/snapshots/:name/restore', { schema: restoreSnapshot }, (request) => {
    const sandbox = sandboxFor(request)
    const { name } = request.params
    sandbox.restore(readSnapshot(sandbox, name))
    log.info({ sandbox: sandbox.name, snapshot: name }, 'snapshot restored')
    return toSnapshot(sandbox, name)
  })

  const deleteSnapshot = defineControl('emulator-snapshots-delete', {
    summary: 'Delete a snapshot',
    description: 'Deletes the snapshot permanently.',
    params: NameParams,
    responses: { 200: [Type.Object({ deleted: Type.Array(Type.String()) }), 'The name of the snapshot.'] },
    extraErrors: [404],
  })
  app.delete<NameRoute>('/_emulator/snapshots/:name', { schema: deleteSnapshot }, (request) => {
    const sandbox = sandboxFor(request)
    const { name } = request.params
    // A damaged one can be deleted, too.
    if (!isSandboxName(name) || !sandbox.snapshot(name).exists()) throw errors.snapshotNotFound(name, sandbox.name)
    sandbox.snapshot(name).clear()
    log.info({ sandbox: sandbox.name, snapshot: name }, 'snapshot deleted')
    sandbox.changes.notify('snapshots')
    return { deleted: [name] }
  })
}

function readSnapshot(sandbox: Sandbox, name: string): Image {
  // An invalid name must never become a path.
  const image = isSandboxName(name) ? sandbox.snapshot(name).read() : undefined
  if (image === undefined) throw errors.snapshotNotFound(name, sandbox.name)
  return image
}

const toSnapshot = (sandbox: Sandbox, name: string): Snapshot => ({
  name,
  ...describeImage(readSnapshot(sandbox, name)),
})

function* listAll(sandbox: Sandbox): Generator<void, ListedSnapshot[]> {
  const listed: ListedSnapshot[] = []
  for (const name of sandbox.snapshotNames().sort()) {
    // It may have been deleted meanwhile.
    if (sandbox.snapshot(name).exists()) listed.push(toListedSnapshot(sandbox, name))
    yield
  }
  return listed
}

function toListedSnapshot(sandbox: Sandbox, name: string): ListedSnapshot {
  try {
    return toSnapshot(sandbox, name)
  } catch (error) {
    if (error instanceof DamagedImage) return { name, damaged: true }
    throw error
  }
}
