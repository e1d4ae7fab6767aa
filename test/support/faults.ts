import OpenAI from 'openai'
import { expect } from 'vitest'
import { adminKey, type TestOptions } from './app.ts'
import { startControlApp } from './control-app.ts'

/** Starts an app, with functions that add and list faults. */
export async function startWithFaults(options: TestOptions = {}) {
  const testApp = await startControlApp(options)
  const addFault = async (fault: object, sandbox = 'default') => {
    const { status, body } = await testApp.control('POST', '/faults', fault, sandbox)
    expect([status, body]).toEqual([201, expect.objectContaining({ hits: 0 })])
    return body.id as string
  }
  const listFaults = async () => (await testApp.control('GET', '/faults')).body.data
  return { ...testApp, addFault, listFaults }
}

/** Starts an app that listens, with the admin API keys of the official client. */
export async function startServerWithFaults(options: TestOptions = {}) {
  const testApp = await startWithFaults(options)
  const url = await testApp.listen()
  const client = new OpenAI({ baseURL: `${url}/v1`, adminAPIKey: adminKey })
  return { ...testApp, url, keys: client.admin.organization.adminAPIKeys }
}
