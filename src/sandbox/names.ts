export const defaultSandbox = 'default'

export const sandboxNamePattern = '^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$'
const sandboxName = new RegExp(sandboxNamePattern)

/** The rule for names, for error messages. */
export const sandboxNameRule = '1 to 64 of A-Z, a-z, 0-9, ".", "_" and "-", starting with a letter or a digit'

export const isSandboxName = (name: string): boolean => sandboxName.test(name)

/** Returns the URL below which a sandbox has its API and its controls; `url` is the emulator's. */
export const sandboxUrl = (url: string, name: string): string =>
  name === defaultSandbox ? url : `${url}/sandbox/${name}`

/** Returns the base URL that a client of a sandbox uses. */
export const sandboxBaseUrl = (url: string, name: string): string => `${sandboxUrl(url, name)}/v1`
