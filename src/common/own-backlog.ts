import type { Socket } from 'node:net'

const connections = new WeakSet<Socket>()

/** Declares that whatever writes to a connection limits the unread bytes itself, as an event stream does. */
export const limitsOwnBacklog = (socket: Socket): void => void connections.add(socket)

export const hasOwnBacklogLimit = (socket: Socket): boolean => connections.has(socket)
