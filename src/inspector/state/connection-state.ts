import { signal } from './signal.ts'

/** `gone`: the emulator has no sandbox of that name. */
export type ConnectionState = 'connecting' | 'live' | 'lost' | 'gone'

export const connectionState = signal<ConnectionState>('connecting')
