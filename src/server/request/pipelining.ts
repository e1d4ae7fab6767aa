import type { ServerResponse } from 'node:http'

/** Returns whether all earlier responses on the connection are complete: only then does a response have a socket. */
export const isHeadOfPipeline = ({ socket }: ServerResponse): boolean => socket !== null
