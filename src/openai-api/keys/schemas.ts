import * as Type from 'typebox'

/** The longest lifetime of a key, in seconds: 365 days. */
export const maxLifetimeSeconds = 31_536_000

/** The lifetime of a key, in the body of a request; `effect` says what follows without it. */
export const ExpiresInSeconds = (effect: string) =>
  Type.Integer({
    minimum: 1,
    maximum: maxLifetimeSeconds,
    description: `Seconds until the key expires. ${effect}`,
    examples: [2_592_000],
  })

export const Scopes = Type.Array(Type.String(), {
  description:
    'What the key may do; empty for everything. The emulator stores scopes of project keys but does not enforce them.',
  examples: [['api.all.read']],
})
