import type { Socket } from 'node:net'

const connections = new WeakSet<Socket>()

/** Marks a connection whose writer limits the unread bytes itself, such as an event stream. */
export const limitsOwnBacklog = (socket: Socket): void => void connections.add(socket)

export const hasOwnBacklogLimit = (socket: Socket): boolean => connections.has(socket)
