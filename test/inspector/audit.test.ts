import { expect, test } from 'vitest'
import {
  button,
  createProject,
  expectRows,
  jsonHeaders,
  keysPath,
  openInspector,
  rowsOf,
  tab,
  useBrowser,
} from './inspector.ts'

useBrowser()

interface Events {
  data: { id: string; type: string }[]
}

test('the audit log is followed live, filtered, and its events are linked', async () => {
  const { page, control, send, url } = await openInspector('default/audit')
  await expect.poll(() => page.getByText('No events yet').count()).toBe(1)
  const body = JSON.stringify({ name: 'audited' })
  const created = (await (await send(keysPath, { method: 'POST', headers: jsonHeaders, body })).json()) as {
    id: string
  }
  await expectRows(page, 'Audit').toEqual([expect.arrayContaining(['api_key.created', created.id])])
  await createProject(send, 'Web')
  await expectRows(page, 'Audit').toHaveLength(2)
  expect((await rowsOf(page, 'Audit')).map((row) => row[1])).toEqual(['project.created', 'api_key.created'])

  await page.getByRole('textbox', { name: 'Filter' }).fill('api_key.')
  await expectRows(page, 'Audit').toHaveLength(1)
  await page.getByRole('table', { name: 'Audit' }).getByRole('link').click()
  const region = page.getByRole('region', { name: 'Event' })
  const { data } = await control<Events>('GET', 'audit_logs?filter=api_key.')
  expect(JSON.parse((await region.getByLabel('Event as JSON').textContent()) ?? '')).toEqual(data[0])
  await page.goto(`${url}/_emulator/ui/default/audit/${data[0]?.id}`)
  await region.getByRole('link', { name: 'Events' }).last().click()
  await expect.poll(() => page.url()).toMatch(new RegExp(`/audit\\?resource_id=${created.id}$`))
  await expectRows(page, 'Audit').toHaveLength(1)
  await button(page, `resource_id: ${created.id} ×`).click()
  await expectRows(page, 'Audit').toHaveLength(2)
})

test('the page of audit events and its links are kept while another panel is shown', async () => {
  const { page, control, send } = await openInspector()
  const { id } = await control<{ id: string }>('POST', 'keys', { name: 'linked' })
  await send(`${keysPath}/${id}`, { method: 'DELETE' })
  await tab(page, 'Audit').click()
  await expectRows(page, 'Audit').toHaveLength(2)
  await page.getByRole('table', { name: 'Audit' }).getByRole('link').first().click()
  const region = page.getByRole('region', { name: 'Event' })
  await region.getByRole('link', { name: 'Requests' }).last().click()
  await expectRows(page, 'Requests').toEqual([expect.arrayContaining(['delete', '200'])])
  await page.goBack()
  await region.waitFor()
  await page.keyboard.press('Escape')
  await page.keyboard.press('j')
  await expect.poll(() => rowsOf(page, 'Audit')).toHaveLength(2)
})
