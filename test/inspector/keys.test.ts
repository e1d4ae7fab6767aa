import { expect, test } from 'vitest'
import {
  button,
  createProject,
  expectRows,
  jsonHeaders,
  keysPath,
  openInspector,
  rowsOf,
  useBrowser,
} from './inspector.ts'

useBrowser()

interface Keys {
  data: { id: string; name: string; state: string }[]
}

test('a key that is created in the page is in the API, and its value is shown once', async () => {
  const { page, send, control, url } = await openInspector()
  await button(page, 'Create key').click()
  const dialog = page.getByRole('dialog', { name: 'New key' })
  await dialog.getByRole('textbox', { name: 'Name' }).fill('from the page')
  await dialog.getByLabel('Expires').fill('30d')
  await dialog.getByRole('button', { name: 'Create', exact: true }).click()
  const value = (await page.getByTestId('key-value').textContent()) ?? ''
  expect(value).toMatch(/^sk-admin-/)
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write'], { origin: url })
  await dialog.getByRole('button', { name: 'Copy', exact: true }).click()
  await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toBe(value)
  await page.keyboard.press('Escape')
  await expectRows(page, 'Keys').toHaveLength(2)

  // It authenticates, and the page never says it again.
  const asKey = await send(keysPath, { headers: { authorization: `Bearer ${value}` } })
  expect(asKey.status).toBe(200)
  const { data } = (await asKey.json()) as Keys
  expect(data.map(({ name }) => name)).toContain('from the page')
  const everywhere = () =>
    page.evaluate(() =>
      JSON.stringify([document.documentElement.outerHTML, location.href, { ...localStorage }, { ...sessionStorage }]),
    )
  expect(await everywhere()).not.toContain(value)
  await page.getByRole('tab', { name: 'Requests' }).click()
  await page.getByRole('table', { name: 'Requests' }).getByRole('link').first().click()
  await page.getByRole('region', { name: 'Request' }).waitFor()
  expect(await everywhere()).not.toContain(value)
  // The page uses no emulated endpoint: the journal has only our request.
  expect(await control('GET', 'journal')).toMatchObject({ count: 1 })
})

test('keys that the API creates, uses and deletes change in the page without a reload', async () => {
  const { page, send } = await openInspector()
  await expectRows(page, 'Keys').toHaveLength(1)
  const body = JSON.stringify({ name: 'from the API', expires_in_seconds: 3600 })
  const created = await send(keysPath, { method: 'POST', headers: jsonHeaders, body })
  const { id } = (await created.json()) as { id: string }
  await expectRows(page, 'Keys').toContainEqual(expect.arrayContaining(['from the API', id, 'expiring']))
  await send(`${keysPath}/${id}`, { method: 'DELETE' })
  await expectRows(page, 'Keys').toHaveLength(1)
  await page.getByRole('combobox', { name: 'State' }).selectOption('deleted')
  await expectRows(page, 'Keys').toEqual([expect.arrayContaining([id, 'deleted'])])
})

test('the state of a key follows the clock of the sandbox', async () => {
  const { page, control } = await openInspector()
  await control('POST', 'keys', { name: 'short', expires_in_seconds: 20 * 86_400 })
  const stateOf = async () => (await rowsOf(page, 'Keys')).find(([name]) => name === 'short')?.at(-1)
  await expect.poll(stateOf).toBe('active')
  for (let day = 0; day < 14; day++) await button(page, '+1d').click()
  await expect.poll(stateOf).toBe('expiring')
  await button(page, '+30d').click()
  await expect.poll(stateOf).toBe('expired')
  await page.getByRole('combobox', { name: 'State' }).selectOption('expired')
  await expectRows(page, 'Keys').toHaveLength(1)
})

test('the detail of a key shows the requests with it and about it, and deletes it', async () => {
  const { page, send, control } = await openInspector()
  const { id, value } = await control<{ id: string; value: string }>('POST', 'keys', { name: 'detail' })
  await send(keysPath, { headers: { authorization: `Bearer ${value}` } })
  await send(`${keysPath}/${id}`)
  await page.getByRole('link', { name: 'detail', exact: true }).click()
  const region = page.getByRole('region', { name: 'Key' })
  await expect.poll(() => region.textContent()).toContain('1 in Requests')
  expect(page.url()).toMatch(new RegExp(`/_emulator/ui/default/keys/${id}$`))
  expect(await region.textContent()).toMatch(/Requests with this key.*list.*200.*Requests about this key.*get.*200/)
  expect(await region.textContent()).not.toContain(value)
  await region.getByRole('button', { name: 'Delete', exact: true }).click()
  await expect.poll(() => region.textContent()).toContain('deleted')
  expect((await send(`${keysPath}/${id}`)).status).toBe(404)
})

test('the requests with a key include those that were refused because it had expired or was deleted', async () => {
  const { page, send, control } = await openInspector()
  const { id, value } = await control<{ id: string; value: string }>('POST', 'keys', {
    name: 'nightly',
    expires_in_seconds: 3600,
  })
  const asKey = { headers: { authorization: `Bearer ${value}` } }
  await send(keysPath, asKey)
  await control('PUT', 'clock', { advance: '2h' })
  expect((await send(keysPath, asKey)).status).toBe(401)
  await send(`${keysPath}/${id}`, { method: 'DELETE' })
  expect((await send(`${keysPath}/another`, asKey)).status).toBe(401)
  // It is about the key, not with it.
  expect((await send(`${keysPath}/${id}`)).status).toBe(404)

  await page.goto(`${page.url().replace(/\/ui\/.*/, '/ui')}/default/keys/${id}`)
  const region = page.getByRole('region', { name: 'Key' })
  await expect
    .poll(() => region.textContent())
    .toMatch(/with this key3 in Requests.*get401.*list401.*list200.*about this key/)
  await region.getByRole('link', { name: '3 in Requests' }).click()
  await expectRows(page, 'Requests').toEqual(['401', '401', '200'].map((status) => expect.arrayContaining([status])))
  expect(page.url()).toContain(`requests?sent_key_id=${id}`)
  await page.getByRole('table', { name: 'Requests' }).getByRole('link').first().click()
  await page.getByRole('region', { name: 'Request' }).getByRole('link', { name: id }).waitFor()
})

test('100,000 keys are paged and filtered by the server', { timeout: 60_000 }, async () => {
  const { page, control } = await openInspector()
  await control('POST', 'state', { keys: [{ generate: 100_000, name: 'load-{n}' }] })
  await expect.poll(() => page.getByText('100,001 keys', { exact: true }).count(), { timeout: 20_000 }).toBe(1)
  const first = await rowsOf(page, 'Keys')
  expect(first.length).toBeLessThan(60)
  await button(page, 'Next').click()
  await expect.poll(async () => (await rowsOf(page, 'Keys'))[0]?.[0]).not.toBe(first[0]?.[0])
  await page.getByRole('textbox', { name: 'Filter' }).fill('load-99999')
  await expectRows(page, 'Keys').toEqual([expect.arrayContaining(['load-99999'])])
  expect(page.url()).toContain('filter=load-99999')
})

test('names are shown as text, whatever they contain', async () => {
  const { page, control, send } = await openInspector()
  const image = '<img src=x onerror="document.title=1">'
  const rightToLeft = 'מפתח‮gnp.exe'
  for (const name of [image, rightToLeft, 'a'.repeat(1_000_000)]) {
    await send(keysPath, { method: 'POST', headers: jsonHeaders, body: JSON.stringify({ name }) })
  }
  await expectRows(page, 'Keys').toHaveLength(4)
  const names = (await rowsOf(page, 'Keys')).map(([name]) => name)
  expect(names).toEqual(expect.arrayContaining([image, rightToLeft, `${'a'.repeat(200)}…`]))
  await page.getByRole('link', { name: `${'a'.repeat(200)}…` }).click()
  const region = page.getByRole('region', { name: 'Key' })
  await expect.poll(() => region.getByRole('button', { name: /Show all/ }).count()).toBe(1)
  await page.getByRole('tab', { name: 'Requests' }).click()
  await expectRows(page, 'Requests').toHaveLength(3)
  expect(await page.locator('img').count()).toBe(0)
  expect(await page.title()).not.toBe('1')
  expect(await control('GET', 'keys?limit=1')).toMatchObject({ count: 4 })
})

test('project keys are listed beside admin keys, filtered by type, created and deleted', async () => {
  const { page, control, send } = await openInspector()
  const project = await createProject(send, 'Web')
  await expectRows(page, 'Keys').toHaveLength(1)
  await button(page, 'Create key').click()
  const dialog = page.getByRole('dialog', { name: 'New key' })
  await dialog.getByRole('textbox', { name: 'Name' }).fill('deploy')
  await dialog.getByLabel('Project id').fill(project.id)
  await dialog.getByRole('button', { name: 'Create', exact: true }).click()
  expect(await page.getByTestId('key-value').textContent()).toMatch(/^sk-proj-/)
  await page.keyboard.press('Escape')
  await expectRows(page, 'Keys').toHaveLength(2)
  await page.getByRole('combobox', { name: 'Type' }).selectOption('project')
  await expectRows(page, 'Keys').toEqual([expect.arrayContaining(['deploy', 'project', 'active'])])
  expect(page.url()).toContain('?type=project')

  await page.getByRole('link', { name: 'deploy', exact: true }).click()
  const region = page.getByRole('region', { name: 'Key' })
  const shown = JSON.parse((await region.getByLabel('Key as the API shows it').textContent()) ?? '')
  const response = await send(`/v1/organization/projects/${project.id}/api_keys/${shown.id}`)
  expect(shown).toEqual(await response.json())
  await region.getByRole('link', { name: 'Keys of the same project' }).click()
  await expect.poll(() => page.url()).toMatch(/\/keys\?project_id=proj_\w+$/)
  await page.getByRole('link', { name: 'deploy', exact: true }).click()
  await region.getByRole('button', { name: 'Delete', exact: true }).click()
  await expect.poll(() => region.textContent()).toContain('deleted')
  expect(await control('GET', 'keys?type=project')).toMatchObject({ count: 0 })
})

test('of an admin key and a project key with the same id, the page opens and deletes the chosen one', async () => {
  const { page, control, url } = await openInspector()
  const same = { id: 'key_same', created_at: '2026-01-01T00:00:00Z' }
  await control('POST', 'state', {
    keys: [{ ...same, name: 'of admin' }],
    projects: [
      {
        name: 'Web',
        api_keys: [
          { ...same, name: 'of project' },
          { id: 'key_other', name: 'other' },
        ],
      },
    ],
  })
  await expectRows(page, 'Keys').toHaveLength(4)
  const region = page.getByRole('region', { name: 'Key' })
  for (const name of ['of admin', 'of project']) {
    await page.getByRole('link', { name, exact: true }).click()
    await expect.poll(() => region.getByRole('heading', { level: 2 }).textContent()).toBe(name)
    expect(await page.locator('[role=row][aria-current]').allTextContents()).toEqual([expect.stringContaining(name)])
  }
  await page.reload()
  await expect.poll(() => region.getByRole('heading', { level: 2 }).textContent()).toBe('of project')
  await region.getByRole('button', { name: 'Delete', exact: true }).click()
  await expect.poll(() => region.textContent()).toContain('deleted')
  expect(await control('GET', 'keys/key_same?type=admin')).toMatchObject({ state: 'active' })
  expect(await control('GET', 'keys/key_same?type=project')).toMatchObject({ state: 'deleted' })
  // A link that has the id alone means the admin key, if there is one.
  for (const [id, name] of [
    ['key_same', 'of admin'],
    ['key_other', 'other'],
  ]) {
    await page.goto(`${url}/_emulator/ui/default/keys/${id}`)
    await expect.poll(() => region.getByRole('heading', { level: 2 }).textContent()).toBe(name)
  }
})
