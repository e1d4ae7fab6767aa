import { execFileSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { button, expectRows, jsonHeaders, keysPath, openInspector, rowsOf, tab, useBrowser } from './inspector.ts'

useBrowser()

test('a request is pending until its response, which completes the row in place', async () => {
  const { page, control, send } = await openInspector('default/requests')
  await control('POST', 'faults', { operation: 'list', kind: 'delay', ms: 3000 })
  const waiting = send(keysPath)
  await expectRows(page, 'Requests').toEqual([expect.arrayContaining(['list', 'pending', 'delay'])])
  await waiting
  await expectRows(page, 'Requests').toEqual([expect.arrayContaining(['list', '200', 'delay'])])
})

test('a chain of retries shows as attempts of one call', async () => {
  const { page, control, send } = await openInspector('default/requests')
  await control('POST', 'faults', { operation: 'list', kind: 'error', status: 429, times: 2 })
  for (const attempt of ['0', '1', '2']) await send(keysPath, { headers: { 'x-stainless-retry-count': attempt } })
  await expectRows(page, 'Requests').toHaveLength(3)
  expect((await rowsOf(page, 'Requests')).map((row) => [row[4], row[6]])).toEqual([
    ['200', '2'],
    ['429', '1'],
    ['429', '0'],
  ])
  await page.getByRole('table', { name: 'Requests' }).getByRole('link').last().click()
  const region = page.getByRole('region', { name: 'Request' })
  expect(await region.textContent()).toContain('A fault of kind error responded with an error instead.')
  expect(await region.getByRole('list', { name: 'Attempts' }).getByRole('listitem').allTextContents()).toEqual([
    expect.stringMatching(/^Attempt 0 429$/),
    expect.stringMatching(/ms.*Attempt 1 429$/),
    expect.stringMatching(/ms.*Attempt 2 200$/),
  ])
})

test('the story of an expired key and of a lost response is told in words', async () => {
  const { page, control, send } = await openInspector('default/requests')
  const { value } = await control<{ value: string }>('POST', 'keys', { name: 'short', expires_in_seconds: 60 })
  await control('PUT', 'clock', { advance: '1h' })
  await send(keysPath, { headers: { authorization: `Bearer ${value}` } })
  await expectRows(page, 'Requests').toHaveLength(1)
  await page.keyboard.press('j')
  await page.keyboard.press('Enter')
  const region = page.getByRole('region', { name: 'Request' })
  expect(await region.textContent()).toMatch(/The calling key key_\w+ expired at 20.* by the sandbox's clock\./)

  await control('POST', 'faults', { operation: 'create', kind: 'connection_reset', when: 'after_commit' })
  const lost = send(keysPath, { method: 'POST', headers: jsonHeaders, body: '{"name":"lost"}' })
  await expect(lost).rejects.toThrow()
  await expectRows(page, 'Requests').toHaveLength(2)
  await page.keyboard.press('k')
  await expect
    .poll(() => region.textContent())
    .toMatch(/connection_reset reset the connection.*received no response.*orphaned/)
  expect((await rowsOf(page, 'Requests'))[0]?.join()).toContain('undelivered')
})

test('filters are in the URL, with the names of the journal', async () => {
  const { page, send } = await openInspector('default/requests?operation=admin-api-keys-get')
  await send(keysPath)
  await send(`${keysPath}/key_missing`)
  await expectRows(page, 'Requests').toEqual([expect.arrayContaining(['get', '404'])])
  await page.getByRole('combobox', { name: 'Operation' }).selectOption('list admin keys')
  await expectRows(page, 'Requests').toEqual([expect.arrayContaining(['list', '200'])])
  await page.getByRole('combobox', { name: 'Operation' }).selectOption('')
  await page.getByRole('textbox', { name: 'Filter' }).fill('key_unknown')
  await expectRows(page, 'Requests').toEqual([expect.arrayContaining(['get', '404'])])
  expect(new URL(page.url()).search).toBe('?filter=key_unknown')
})

test('Pause keeps the list, Resume shows what came meanwhile, and Clear empties it', async () => {
  const { page, send, control } = await openInspector('default/requests')
  await send(keysPath)
  await expectRows(page, 'Requests').toHaveLength(1)
  await button(page, 'Pause').click()
  await send(keysPath)
  await expect.poll(() => page.getByText('1 new').count()).toBe(1)
  expect(await rowsOf(page, 'Requests')).toHaveLength(1)
  await button(page, 'Resume').click()
  await expectRows(page, 'Requests').toHaveLength(2)
  await button(page, 'Clear').click()
  await expect.poll(() => page.getByText('No requests yet').count()).toBe(1)
  expect(await control('GET', 'journal')).toMatchObject({ count: 0 })
})

test('Copy as curl gives a command that sends the same request', async () => {
  const { page, send, control, url } = await openInspector('default/requests')
  const body = JSON.stringify({ name: `it's [1-2] "quoted" $HOME` })
  await send(keysPath, { method: 'POST', headers: jsonHeaders, body })
  await expectRows(page, 'Requests').toHaveLength(1)
  await page.getByRole('table', { name: 'Requests' }).getByRole('link').first().click()
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write'], { origin: url })
  await button(page, 'Copy as curl').click()
  await page.getByText('Copied').waitFor()
  const command = await page.evaluate(() => navigator.clipboard.readText())
  expect(command).toMatch(/^curl -g -X POST 'http.*"Authorization: Bearer \$OPENAI_ADMIN_KEY"/s)
  execFileSync('bash', ['-c', command], { env: { ...process.env, OPENAI_ADMIN_KEY: 'sk-admin-local' }, stdio: 'pipe' })
  const { data } = await control<{ data: { body: string; status: number }[] }>('GET', 'journal')
  expect(data.map((entry) => [entry.body, entry.status])).toEqual([
    [body, 200],
    [body, 200],
  ])
})

test('a burst of 10,000 requests neither freezes the page nor hides the newest', {
  timeout: 90_000,
  retry: 1,
}, async () => {
  const { page, control, send } = await openInspector('default/requests', { args: ['--journal', '2000'] })
  await tab(page, 'Requests').waitFor()
  await page.evaluate(() => {
    const tasks: number[] = []
    Object.assign(window, { tasks })
    new PerformanceObserver((list) => tasks.push(...list.getEntries().map(({ duration }) => duration))).observe({
      type: 'longtask',
    })
  })
  const worker = async () => {
    for (let count = 0; count < 500; count++) await (await send(`${keysPath}?limit=1`)).arrayBuffer()
  }
  await Promise.all(Array.from({ length: 20 }, worker))
  await (await send(`${keysPath}/key_newest`)).arrayBuffer()
  await expect
    .poll(async () => (await rowsOf(page, 'Requests'))[0]?.join(), { timeout: 20_000 })
    .toContain('key_newest')
  const tasks = await page.evaluate(() => (window as unknown as { tasks: number[] }).tasks)
  expect(Math.max(0, ...tasks)).toBeLessThan(200)
  const { data } = await control<{ data: { time: string }[] }>('GET', 'journal?limit=20')
  const shown = (await rowsOf(page, 'Requests')).map(([time]) => time)
  expect(shown.slice(0, 20)).toEqual(data.reverse().map(({ time }) => time.slice(11, 23)))
})

test('rows that are scrolled into view stay in place when new requests arrive', async () => {
  const { page, send } = await openInspector('default/requests')
  const sendMany = async (prefix: string, count: number) => {
    for (let number = 0; number < count; number++) await send(`${keysPath}/${prefix}${number}`)
  }
  await sendMany('key_old', 60)
  const rows = page.getByRole('table', { name: 'Requests' }).getByRole('row')
  await expect.poll(async () => (await rowsOf(page, 'Requests'))[0]?.[3]).toContain('key_old59')
  const body = page.locator('.body')
  await body.evaluate((element) => element.scrollTo(0, 720))
  const row = rows.filter({ hasText: 'key_old39' })
  const before = await row.boundingBox()
  await sendMany('key_new', 30)
  await expect.poll(() => body.evaluate((element) => element.scrollTop)).toBe(720 + 30 * 36)
  expect(await row.boundingBox()).toEqual(before)
  await body.evaluate((element) => element.scrollTo(0, 0))
  await expect.poll(async () => (await rowsOf(page, 'Requests'))[0]?.[3]).toContain('key_new29')
})
