import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { button, expectRows, keysPath, openInspector, rowsOf, tab, useBrowser } from './inspector.ts'

useBrowser()

test('a fault that is added in the page fires once', async () => {
  const { page, send } = await openInspector('default/faults')
  await button(page, 'Add fault').click()
  await page.getByRole('combobox', { name: 'Kind' }).selectOption('error')
  await page.getByRole('combobox', { name: 'Operation' }).selectOption('list')
  await page.getByLabel('Status').fill('700')
  expect(await button(page, 'Add').isDisabled()).toBe(true)
  await page.getByLabel('Status').fill('503')
  await button(page, 'Add').click()
  await expectRows(page, 'Faults').toEqual([expect.arrayContaining(['error', 'list', '0', '1'])])
  expect([(await send(keysPath)).status, (await send(keysPath)).status]).toEqual([503, 200])
  await expectRows(page, 'Faults').toEqual([['error', 'list', 'before', '', '1', '0', '', 'Remove']])
  await page.getByRole('table', { name: 'Faults' }).getByRole('button', { name: 'Remove' }).click()
  await expect.poll(() => page.getByText('No faults').count()).toBe(1)
})

test('a rate limit is listed with its numbers', async () => {
  const { page, control, send } = await openInspector('default/faults')
  await control('POST', 'faults', { operation: '*', kind: 'rate_limit', requests: 0, per: '10m' })
  await expectRows(page, 'Faults').toEqual([['rate_limit: 0 per 10m', '*', '', '', '0', '', '', 'Remove']])
  expect((await send(keysPath)).status).toBe(429)
  await tab(page, 'Requests').click()
  await page.getByRole('table', { name: 'Requests' }).getByRole('link').first().click()
  await page.getByText('rate_limit: 0 per 10m').waitFor()
})

test('the form of every kind adds a fault that the API accepts', async () => {
  const { page, control } = await openInspector('default/faults/new')
  const kinds = page.getByRole('combobox', { name: 'Kind' }).locator('option')
  await expect.poll(() => kinds.count()).toBe(9)
  const options = await kinds.allTextContents()
  for (const kind of options) {
    await page.getByRole('combobox', { name: 'Kind' }).selectOption(kind)
    const json = await page.getByLabel('Fault as JSON').textContent()
    await button(page, 'Add').click()
    await page.getByRole('region', { name: 'New fault' }).waitFor({ state: 'detached' })
    const { data } = await control<{ data: object[] }>('GET', 'faults')
    expect(data.at(-1)).toMatchObject(JSON.parse(json ?? '').kind === 'delay' ? { kind, ms: 2000 } : { kind })
    await button(page, 'Add fault').click()
  }
})

test('"Add a fault like this" begins with the request', async () => {
  const { page, send } = await openInspector('default/requests')
  await send(`${keysPath}/key_missing`)
  await expectRows(page, 'Requests').toHaveLength(1)
  await page.getByRole('table', { name: 'Requests' }).getByRole('link').first().click()
  await button(page, 'Add a fault like this').click()
  expect(JSON.parse((await page.getByLabel('Fault as JSON').textContent()) ?? '')).toMatchObject({
    operation: 'get',
    kind: 'error',
    status: 404,
    match: { key_id: 'key_missing' },
  })
})

test('the clock shows the time of the sandbox and is set by its buttons', async () => {
  const { page, control } = await openInspector()
  const timer = page.getByRole('timer')
  const label = () => page.getByRole('region', { name: 'Clock' }).locator('.label').textContent()
  await expect.poll(() => timer.textContent()).toContain('UTC')
  expect(await label()).toBe('Clock')
  await control('PUT', 'clock', { advance: '26h' })
  await expect.poll(label).toBe('Clock, +1 d 2 h')
  await control('PUT', 'clock', { now: '2030-01-01T00:00:00Z', frozen: true })
  await expect.poll(() => timer.textContent()).toBe('2030-01-01 00:00:00 UTC')
  expect(await label()).toMatch(/^Clock, \+\d+ d.*, frozen$/)
  await button(page, '+1h').click()
  await expect.poll(() => timer.textContent()).toBe('2030-01-01 01:00:00 UTC')
  await button(page, 'Unfreeze').click()
  await expect.poll(() => timer.textContent()).toMatch(/^2030-01-01 01:00:0[1-9] UTC/)
  await button(page, 'Freeze').click()
  await button(page, 'Unfreeze').waitFor()
  await button(page, 'Set clock').click()
  await page.getByLabel('Time (UTC)').fill('2031-05-06T07:08:09')
  await page.getByRole('dialog').getByRole('button', { name: 'Set', exact: true }).click()
  await expect.poll(() => timer.textContent()).toBe('2031-05-06 07:08:09 UTC')
  expect(await control('GET', 'clock')).toMatchObject({ now: '2031-05-06T07:08:09.000Z', frozen: true })
  await button(page, 'Back to system clock').click()
  await expect.poll(() => timer.textContent()).toContain(new Date().toISOString().slice(0, 10))
  expect(await label()).toBe('Clock')
})

test('Reset resets the checked parts only', async () => {
  const { page, control, send } = await openInspector()
  await control('POST', 'keys', { name: 'extra' })
  await send(keysPath)
  await expectRows(page, 'Keys').toHaveLength(2)
  await button(page, 'Reset').click()
  const dialog = page.getByRole('dialog', { name: 'Reset' })
  await expect.poll(() => dialog.getByRole('checkbox', { checked: true }).count()).toBe(6)
  await dialog.getByRole('checkbox', { name: /^Requests/ }).uncheck()
  await dialog.getByRole('button', { name: 'Reset', exact: true }).click()
  await expectRows(page, 'Keys').toHaveLength(1)
  expect(await control('GET', 'journal')).toMatchObject({ count: 1 })
})

test('snapshots are taken, restored and deleted', async () => {
  const { page, control } = await openInspector()
  await button(page, 'Take snapshot').click()
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('textbox', { name: 'Name' }).fill('before')
  await dialog.getByRole('button', { name: 'Take snapshot' }).click()
  await button(page, 'Restore').waitFor()
  await control('POST', 'keys', { name: 'later' })
  await expectRows(page, 'Keys').toHaveLength(2)
  await button(page, 'Restore').click()
  await expectRows(page, 'Keys').toHaveLength(1)
  await button(page, 'Delete snapshot').click()
  await button(page, 'Restore').waitFor({ state: 'detached' })
  expect(await control('GET', 'snapshots')).toEqual({ data: [] })
})

test('Export downloads a seed that loads again', async () => {
  const { page, control, url } = await openInspector()
  await control('POST', 'keys', { name: 'yes: no # "tricky"', expires_in_seconds: 60 })
  const [download] = await Promise.all([page.waitForEvent('download'), button(page, 'Export').click()])
  expect(download.suggestedFilename()).toBe('default.yaml')
  const before = await control('GET', 'keys')
  await control('POST', 'reset', {})
  const response = await fetch(`${url}/_emulator/state`, {
    method: 'PUT',
    headers: { 'content-type': 'application/yaml' },
    body: readFileSync(await download.path()),
  })
  expect(response.status, await response.text()).toBe(200)
  expect(await control('GET', 'keys')).toEqual(before)
})

test('sandboxes are created, copied and removed, and do not mix', async () => {
  const { page, control } = await openInspector()
  await control('POST', 'keys', { name: 'copied' })
  await button(page, 'Copy sandbox').click()
  await page.getByRole('dialog').getByRole('textbox', { name: 'Name' }).fill('my-copy')
  await page.getByRole('dialog').getByRole('button', { name: 'Create', exact: true }).click()
  await expect.poll(() => page.url()).toContain('/_emulator/ui/my-copy/keys')
  await expectRows(page, 'Keys').toHaveLength(2)
  await expect.poll(() => page.getByTestId('environment').textContent()).toContain('/sandbox/my-copy/v1')
  await button(page, 'Create sandbox').click()
  await page.getByRole('dialog').getByRole('textbox', { name: 'Name' }).fill('my-new')
  await page.getByRole('dialog').getByRole('button', { name: 'Create', exact: true }).click()
  await expectRows(page, 'Keys').toHaveLength(1)
  await button(page, 'Remove sandbox').click()
  await expect.poll(() => page.url()).toContain('/_emulator/ui/default/keys')
  await page.getByRole('combobox', { name: 'Sandbox' }).selectOption('my-copy')
  await expectRows(page, 'Keys').toHaveLength(2)
  const { data } = await control<{ data: { name: string }[] }>('GET', 'sandboxes')
  expect(data.map(({ name }) => name)).toEqual(['default', 'my-copy'])
})

test('a behavior is switched, and one that is switched elsewhere is shown', async () => {
  const { page, control, send } = await openInspector('default/behavior')
  await expectRows(page, 'Behavior').toHaveLength(13)
  await page.getByRole('combobox', { name: 'limit_out_of_range' }).selectOption('reject')
  await expect.poll(async () => (await send(`${keysPath}?limit=1000`)).status).toBe(400)
  await control('PATCH', 'behavior', { auth: 'any' })
  await expect.poll(() => page.getByRole('combobox', { name: 'auth' }).inputValue()).toBe('any')
  await tab(page, 'Keys').click()
  expect(await rowsOf(page, 'Keys')).toHaveLength(1)
})
