import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { expect, test } from 'vitest'
import { serve } from '../support/program.ts'
import { button, expectRows, keysPath, openInspector, tab, useBrowser } from './inspector.ts'

useBrowser()

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

test('the keyboard filters, moves, opens, closes and helps', async () => {
  const { page, control } = await openInspector()
  for (const name of ['a', 'b', 'c']) await control('POST', 'keys', { name })
  await expectRows(page, 'Keys').toHaveLength(4)
  await page.keyboard.press('/')
  await page.keyboard.type('key_')
  await expect.poll(() => page.url()).toContain('filter=key_')
  await page.keyboard.press('Escape')
  await page.keyboard.press('j')
  const current = page.getByRole('table', { name: 'Keys' }).locator('[aria-current=true]')
  expect(await current.getAttribute('aria-rowindex')).toBe('2')
  expect(page.url()).toMatch(/keys\?filter=key_#key_\w+$/)
  await page.keyboard.press('j')
  await page.keyboard.press('j')
  await page.keyboard.press('k')
  await page.keyboard.press('Enter')
  await page.getByRole('region', { name: 'Key' }).waitFor()
  expect(page.url()).toMatch(/keys\/key_\w+\?filter=key_$/)
  await page.keyboard.press('Escape')
  await page.getByRole('region', { name: 'Key' }).waitFor({ state: 'detached' })
  expect(page.url()).toMatch(/keys\?filter=key_#key_\w+$/)
  expect(await current.getAttribute('aria-rowindex')).toBe('3')
  await page.reload()
  await expect.poll(() => current.getAttribute('aria-rowindex')).toBe('3')
  await page.keyboard.press('?')
  await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor()
  await page.keyboard.press('Escape')
  await page.getByRole('dialog').waitFor({ state: 'detached' })
})

test('back, forward and reload show the same again, and the theme stays', async () => {
  const { page, send } = await openInspector()
  await send(keysPath)
  await tab(page, 'Requests').click()
  await page.getByRole('table', { name: 'Requests' }).getByRole('link').first().click()
  const opened = page.url()
  await page.goBack()
  await page.getByRole('region', { name: 'Request' }).waitFor({ state: 'detached' })
  await page.goForward()
  await page.getByRole('region', { name: 'Request' }).waitFor()
  await page.getByRole('combobox', { name: 'Theme' }).selectOption('dark')
  await page.reload()
  await page.getByRole('region', { name: 'Request' }).waitFor()
  expect(page.url()).toBe(opened)
  expect(await page.getByRole('combobox', { name: 'Theme' }).inputValue()).toBe('dark')
  expect(await page.evaluate(() => getComputedStyle(document.documentElement).colorScheme)).toBe('dark')
})

test.each([
  ['default/keys/key_gone', 'There is no key key_gone'],
  ['default/requests/req_gone', 'The journal has no request req_gone'],
  ['default/faults/fault_gone', 'There is no fault fault_gone'],
  ['default/audit/audit_log-gone', 'The audit log has no event audit_log-gone'],
  ['no-such-sandbox/keys', 'There is no sandbox no-such-sandbox'],
])('the link %s says that what it leads to is gone', async (path, text) => {
  const { page, control } = await openInspector(path)
  await expect.poll(() => page.locator('main').textContent()).toContain(text)
  const { data } = await control<{ data: unknown[] }>('GET', 'sandboxes')
  expect(data).toHaveLength(1)
})

test('a filter in the URL that is not valid is reported', async () => {
  const { page } = await openInspector('default/keys?state=lost', { expected: /400/ })
  await expect.poll(() => page.getByRole('status').textContent()).toMatch(/state.*one of active/)
  await page.getByRole('combobox', { name: 'State' }).selectOption('active')
  await expectRows(page, 'Keys').toHaveLength(1)
})

test('a page that is open over a restart of the server recovers and shows the new journal', async () => {
  const { page, server, send, url } = await openInspector('default/requests', { expected: /ERR_|Failed to load/ })
  await send(keysPath)
  await send(keysPath)
  await expectRows(page, 'Requests').toHaveLength(2)
  server.child.kill('SIGTERM')
  await page.getByRole('alert').waitFor()
  await server.finished
  await serve(['--port', new URL(url).port])
  await page.getByRole('alert').waitFor({ state: 'detached', timeout: 15_000 })
  await expectRows(page, 'Requests').toEqual([])
  await send(`${keysPath}/key_new`)
  await expectRows(page, 'Requests').toHaveLength(1)
})

test('a sandbox that is removed and created again is shown again', async () => {
  const { page, control } = await openInspector('', { expected: /404/ })
  await control('POST', 'sandboxes', { name: 'my-test' })
  await page.getByRole('combobox', { name: 'Sandbox' }).selectOption('my-test')
  await expect.poll(() => page.getByTestId('environment').textContent()).toContain('/sandbox/my-test/v1')
  await control('DELETE', 'sandboxes/my-test')
  await expect.poll(() => page.locator('main').textContent()).toContain('There is no sandbox my-test')
  await control('POST', 'sandboxes', { name: 'my-test' })
  await expectRows(page, 'Keys').toHaveLength(1)
})

test('a control token is asked for once and kept for the tab', async () => {
  const authorization = 'Bearer control-secret'
  const { page } = await openInspector('', {
    expected: /401/,
    args: ['--control-token', 'control-secret'],
    headers: { authorization },
  })
  const field = page.getByLabel('Control token')
  await field.fill('wrong')
  await page.keyboard.press('Enter')
  await page.getByText('does not accept this token').waitFor()
  await field.fill('control-secret')
  await page.keyboard.press('Enter')
  await expectRows(page, 'Keys').toHaveLength(1)
  await page.reload()
  await expectRows(page, 'Keys').toHaveLength(1)
  expect(await page.getByRole('dialog').count()).toBe(0)
})

test('the rows of every table fit beside an open detail, at every width', async () => {
  const { page, control, send, url } = await openInspector()
  const { id } = await control<{ id: string }>('POST', 'keys', { name: 'deploy', expires_in_seconds: 3600 })
  await control('POST', 'faults', { operation: 'list', kind: 'rate_limit', requests: 3, per: '10m' })
  await send(`${keysPath}/${id}`)
  await send(keysPath, { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"name":"a"}' })
  const overflow = () =>
    page.evaluate(() => {
      const rows = [...document.querySelectorAll('.row')]
      const edges = rows.map((row) => [row.lastElementChild, row].map((each) => each?.getBoundingClientRect().right))
      return edges.length < 2 ? 'no rows' : Math.max(...edges.map(([cell = 0, row = 0]) => cell - row))
    })
  const widths = [1600, 1366, 1320, 1280, 1250, 1000]
  for (const path of ['keys', 'requests', 'faults', 'audit'].flatMap((panel) => [panel, `${panel}/any`])) {
    await page.goto(`${url}/_emulator/ui/default/${path}`)
    // An open detail hides the list in a narrower window.
    for (const width of path.includes('/') ? widths : [...widths, 1180, 720, 500, 360]) {
      await page.setViewportSize({ width, height: 800 })
      await expect.poll(overflow, { message: `${path}, ${width} px` }).toBeLessThanOrEqual(0)
    }
  }
})

test('the page is as high as the window, and keeps its header when it becomes wider', async () => {
  const { page } = await openInspector('default/behavior', { viewport: { width: 360, height: 740 } })
  await page.getByRole('table', { name: 'Behavior' }).getByRole('row').last().waitFor()
  const height = () => page.evaluate(() => document.documentElement.scrollHeight)
  expect(await height()).toBe(740)
  expect(await page.getByRole('timer').isVisible()).toBe(false)
  await page.setViewportSize({ width: 1280, height: 800 })
  await page.getByRole('timer').waitFor()
  expect(await height()).toBe(800)
})

test('without an admin key the environment lines say so', async () => {
  const { page } = await openInspector('', { args: ['--admin-key', 'none'] })
  await expect.poll(() => page.getByTestId('environment').textContent()).toContain('there is no admin key')
})

test.each(['light', 'dark'] as const)('axe-core finds no serious violation in the %s theme', async (colorScheme) => {
  const { page, control, send } = await openInspector('', { colorScheme })
  await control('POST', 'keys', { name: 'soon', expires_in_seconds: 3600 })
  await control('POST', 'faults', { operation: 'get', kind: 'error', status: 500 })
  await send(keysPath)
  await send(`${keysPath}/key_x`)
  await send('/v1/nothing')
  const check = async (where: string) => {
    await page.evaluate(axe)
    const violations = await page.evaluate(async () => {
      const { axe: runner } = window as unknown as { axe: { run(): Promise<{ violations: Violation[] }> } }
      interface Violation {
        id: string
        impact: string
        nodes: { html: string }[]
      }
      const result = await runner.run()
      return result.violations
        .filter(({ impact }) => impact === 'serious' || impact === 'critical')
        .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 200)).join(' | ')}`)
    })
    expect(violations, where).toEqual([])
  }
  for (const name of ['Keys', 'Requests', 'Faults']) {
    await tab(page, name).click()
    await check(name)
    await page.getByRole('table', { name, exact: true }).getByRole('link').first().click()
    await page.getByRole('region', { name: name.slice(0, -1), exact: true }).waitFor()
    await check(`${name}, detail`)
  }
  await button(page, 'Add fault').click()
  await check('New fault')
  await tab(page, 'Audit').click()
  await check('Audit')
  await page.getByRole('table', { name: 'Audit' }).getByRole('link').first().click()
  await page.getByRole('region', { name: 'Event' }).waitFor()
  await check('Audit, detail')
  await tab(page, 'Behavior').click()
  await check('Behavior')
  await button(page, 'Reset').click()
  await check('Reset')
})
