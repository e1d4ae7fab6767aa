import { keysUrl, type TestApp } from './app.ts'
import { sandboxPath } from './control-app.ts'

/** Returns what a client can see of a sandbox: every key in both orders, and the organization. */
export async function observeSandbox({ call }: TestApp, sandbox = 'default') {
  const url = sandboxPath(sandbox, keysUrl)
  const ascending = await call('GET', `${url}?limit=100`)
  const descending = await call('GET', `${url}?limit=100&order=desc`)
  const organization = ascending.headers['openai-organization']
  return { ascending: ascending.body.data, descending: descending.body.data, organization }
}
