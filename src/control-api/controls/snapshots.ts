import type { FastifyInstance } from 'fastify'
import * as Type from 'typebox'
import { isSandboxName, sandboxNamePattern, sandboxNameRule } from '../../sandbox/names.ts'
import type { Sandbox } from '../../sandbox/sandbox.ts'
import { describeImage } from '../../sandbox/state.ts'
import { link, UnixTime } from '../../schema/typebox.ts'
import * as errors from '../errors.ts'
import { defineControl } from '../operation.ts'
import type { ControlDeps } from '../plugin.ts'

const Snapshot = Type.Object({
  name: Type.String(),
  created_at: UnixTime('When it was taken, by the clock of the sandbox.', 1_767_225_600),
  keys: Type.Integer({ description: 'How many keys it lists.' }),
})
const NameParams = Type.Object({
  name: Type.String({ pattern: sandboxNamePattern, description: 'The name of the snapshot.' }),
})
type Named = { Params: { name: string } }

const responses: Record<number, [Type.TSchema, string]> = { 200: [Snapshot, 'The snapshot.'] }

/** Named copies of a sandbox, to which it may go back. A reset leaves them. */
export function registerSnapshots(app: FastifyInstance, { sandboxFor }: ControlDeps): void {
  const listSnapshots = defineControl('emulator-snapshots-list', {
    summary: 'List the snapshots',
    description: 'Those of the sandbox, by name.',
    responses: { 200: [Type.Object({ data: Type.Array(Snapshot) }), 'The snapshots.'] },
  })
  app.get('/_emulator/snapshots', { schema: listSnapshots }, (request) => {
    const sandbox = sandboxFor(request)
    return {
      data: sandbox
        .snapshotNames()
        .sort()
        .map((name) => toSnapshot(sandbox, name)),
    }
  })

  const takeSnapshot = defineControl('emulator-snapshots-take', {
    summary: 'Take a snapshot',
    description: 'Of the keys, the clock, the behaviours and the randomness. One of that name is overwritten.',
    params: NameParams,
    responses,
    extraErrors: [400],
  })
  const byName = { name: '$response.body#/name' }
  const links = {
    200: {
      restore: link('emulator-snapshots-restore', 'Goes back to it.', byName),
      delete: link('emulator-snapshots-delete', 'Deletes it.', byName),
    },
  }
  app.put<Named>('/_emulator/snapshots/:name', { schema: takeSnapshot, links }, (request) => {
    const sandbox = sandboxFor(request)
    const { name } = request.params
    if (!isSandboxName(name)) throw errors.invalidName('name', name, sandboxNameRule)
    sandbox.snapshot(name).write(sandbox.image())
    return toSnapshot(sandbox, name)
  })

  const restoreSnapshot = defineControl('emulator-snapshots-restore', {
    summary: 'Go back to a snapshot',
    description:
      'All is as it was when it was taken, the time too unless it is that of the system. Requests in flight are cut.',
    params: NameParams,
    responses,
    extraErrors: [404],
  })
  app.post<Named>('/_emulator/snapshots/:name/restore', { schema: restoreSnapshot }, (request) => {
    const sandbox = sandboxFor(request)
    sandbox.restore(readSnapshot(sandbox, request.params.name))
    return toSnapshot(sandbox, request.params.name)
  })

  const deleteSnapshot = defineControl('emulator-snapshots-delete', {
    summary: 'Delete a snapshot',
    description: 'For good.',
    params: NameParams,
    responses: { 200: [Type.Object({ deleted: Type.Array(Type.String()) }), 'Its name.'] },
    extraErrors: [404],
  })
  app.delete<Named>('/_emulator/snapshots/:name', { schema: deleteSnapshot }, (request) => {
    const sandbox = sandboxFor(request)
    const { name } = request.params
    readSnapshot(sandbox, name)
    sandbox.snapshot(name).clear()
    return { deleted: [name] }
  })
}

function readSnapshot(sandbox: Sandbox, name: string) {
  // What can be no name reaches no file.
  const image = isSandboxName(name) ? sandbox.snapshot(name).read() : undefined
  if (image === undefined) throw errors.snapshotNotFound(name, sandbox.name)
  return image
}

const toSnapshot = (sandbox: Sandbox, name: string) => ({ name, ...describeImage(readSnapshot(sandbox, name)) })
