import { existsSync } from 'node:fs'
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, expect, onTestFinished } from 'vitest'
import { type RunningServer, serve } from '../support/program.ts'

const chromiumPath = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(existsSync)

let browser: Browser

/** Starts one browser for the tests of a file. */
export function useBrowser(): void {
  beforeAll(async () => {
    if (chromiumPath === undefined) throw new Error('Chromium is not installed: apt-get install chromium')
    // Chromium's sandbox does not work for root.
    browser = await chromium.launch({ executablePath: chromiumPath, args: ['--no-sandbox'] })
  })
  afterAll(() => browser.close())
}

export interface Inspector {
  page: Page
  server: RunningServer
  url: string
  /** Requests a control of the sandbox `default`. */
  control: <Result = unknown>(method: string, path: string, body?: object) => Promise<Result>
  /** Sends a request to the emulated API. */
  send: (path: string, init?: RequestInit & { headers?: Record<string, string> }) => Promise<Response>
}

export const keysPath = '/v1/organization/admin_api_keys'
export const jsonHeaders = { 'content-type': 'application/json' }

interface InspectorOptions {
  args?: string[]
  headers?: Record<string, string>
  /** What the browser itself reports in the console. */
  expected?: RegExp
}

/** Opens the inspector of a new emulator. Afterwards, the console must have no error, and no request may have left the origin. */
export async function openInspector(
  path = '',
  { args = [], headers = {}, expected, ...context }: InspectorOptions & BrowserContextOptions = {},
): Promise<Inspector> {
  const server = await serve(args)
  const { url } = server
  const page = await openPage(context)
  const problems: string[] = []
  page.on('console', (message) => {
    if (message.type() === 'error' && !expected?.test(message.text())) problems.push(message.text())
  })
  page.on('pageerror', (error) => problems.push(String(error.stack)))
  page.on('request', (request) => {
    if (!/^(data|blob):/.test(request.url()) && new URL(request.url()).hostname !== new URL(url).hostname)
      problems.push(`requested ${request.url()}`)
  })
  onTestFinished(() => expect(problems).toEqual([]))
  await page.goto(`${url}/_emulator/ui/${path}`)
  return {
    page,
    server,
    url,
    async control(method, target, body) {
      const response = await fetch(`${url}/_emulator/${target}`, {
        method,
        headers: { ...headers, ...(body && jsonHeaders) },
        body: body === undefined ? null : JSON.stringify(body),
      })
      expect(response.ok, `${method} ${target}: ${response.status}`).toBe(true)
      return response.json()
    },
    send: (target, init = {}) =>
      fetch(`${url}${target}`, { ...init, headers: { authorization: 'Bearer sk-admin-local', ...init.headers } }),
  }
}

type Send = Inspector['send']

/** Creates a project by a request to the emulated API. */
export async function createProject(send: Send, name: string): Promise<{ id: string }> {
  const init = { method: 'POST', headers: jsonHeaders, body: JSON.stringify({ name }) }
  return (await send('/v1/organization/projects', init)).json()
}

/** Opens a page in a context of its own, which is closed after the test. */
export async function openPage(options: BrowserContextOptions = {}): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options })
  onTestFinished(() => context.close())
  const page = await context.newPage()
  page.setDefaultTimeout(8000)
  return page
}

/** Returns the texts of the cells of a table, row by row, without the row of headers. */
export const rowsOf = (page: Page, name: string): Promise<string[][]> =>
  page
    .getByRole('table', { name, exact: true })
    .getByRole('row')
    .evaluateAll((rows) => rows.slice(1).map((row) => [...row.children].map((cell) => cell.textContent ?? '')))

/** Waits until the rows of a table are as expected. */
export const expectRows = (page: Page, name: string) => expect.poll(() => rowsOf(page, name).catch(() => []))

export const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true })
export const tab = (page: Page, name: string) => page.getByRole('tab', { name, exact: true })
