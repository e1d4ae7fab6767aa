import { signal } from '../state/signal.ts'

const storageKey = 'admin-keys-emulator.control-token'

interface TokenPrompt {
  /** Whether a token was given that the emulator rejects. */
  isWrong: boolean
  submit: (token: string) => void
}

/** Set while the control token has to be asked for. */
export const tokenPrompt = signal<TokenPrompt | undefined>(undefined)

export const readToken = (): string | null => sessionStorage.getItem(storageKey)

let prompted: Promise<void> | undefined

/** Resolves when another token than the rejected one has been given. All requests that wait share one prompt. */
export function askForToken(rejected: string | null): Promise<void> {
  if (readToken() !== rejected) return Promise.resolve()
  prompted ??= new Promise((resolve) => {
    tokenPrompt.value = {
      isWrong: rejected !== null,
      submit(token) {
        sessionStorage.setItem(storageKey, token)
        tokenPrompt.value = undefined
        prompted = undefined
        resolve()
      },
    }
  })
  return prompted
}
