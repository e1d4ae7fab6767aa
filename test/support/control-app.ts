import { keysUrl, startApp, type TestOptions, walk } from './app.ts'

/** Returns the URL of a path of the API, or of the control API, in a sandbox. */
export const sandboxPath = (sandbox: string, path: string) =>
  sandbox === 'default' ? path : `/sandbox/${sandbox}${path}`

/** Starts an app, with functions that call a control and list the names of keys in any of its sandboxes. */
export async function startControlApp(options: TestOptions = {}) {
  const testApp = await startApp(options)
  const control = async (method: string, path: string, body?: unknown, sandbox = 'default') =>
    testApp.call(method, sandboxPath(sandbox, `/_emulator${path}`), {
      as: null,
      ...(body === undefined ? {} : { body }),
    })
  const names = async (sandbox = 'default') => {
    const keys = await walk(testApp, '', sandboxPath(sandbox, keysUrl))
    return keys.map(({ name }) => name)
  }
  return { ...testApp, control, names }
}
