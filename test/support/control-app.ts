import { keysUrl, startApp, type TestOptions, walk } from './app.ts'

/** A path as it stands in a sandbox. */
export const at = (sandbox: string, path: string) => (sandbox === 'default' ? path : `/sandbox/${sandbox}${path}`)

/** A server, and what a tester does to it. */
export async function startControlled(options: TestOptions = {}) {
  const testApp = await startApp(options)
  const control = async (method: string, path: string, body?: unknown, sandbox = 'default') =>
    testApp.call(method, at(sandbox, `/_emulator${path}`), { as: null, ...(body === undefined ? {} : { body }) })
  const names = async (sandbox = 'default') => (await walk(testApp, '', at(sandbox, keysUrl))).map(({ name }) => name)
  return { ...testApp, control, names }
}
