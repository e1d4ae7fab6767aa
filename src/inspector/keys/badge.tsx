import type { KeyState } from '../api/types.ts'

export const Badge = ({ state }: { state: KeyState }) => <span class={`badge ${state}`}>{state}</span>
