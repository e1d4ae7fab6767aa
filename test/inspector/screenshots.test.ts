import { test } from 'vitest'
import { expectRows, jsonHeaders, keysPath, openInspector, tab, useBrowser } from './inspector.ts'

useBrowser()

const names = ['CI deploys', 'Terraform', 'Audit export', 'Staging rotation', 'On-call']
const folder = new URL('../../docs/images/', import.meta.url).pathname

// Written only on demand: UPDATE_SCREENSHOTS=1 npm run test:inspector -- screenshots
test.runIf(process.env['UPDATE_SCREENSHOTS'])(
  'the screenshots of docs/web-ui.md show a key rotation that fails',
  async () => {
    const { page, control, send } = await openInspector('', {
      args: ['--port', '4010', '--random-seed', '1'],
      viewport: { width: 1280, height: 640 },
      colorScheme: 'light',
    })
    await control('PUT', 'clock', { now: '2026-01-15T09:00:00Z' })
    const created: { value: string }[] = []
    for (const [index, name] of names.entries()) {
      created.push(await control('POST', 'keys', { name, expires_in_seconds: (index + 1) * 300_000 }))
    }
    await control('PUT', 'snapshots/before-rotation')
    await control('PUT', 'clock', { advance: '4d' })
    await send(keysPath, { headers: { authorization: `Bearer ${created[0]?.value}` } })
    await control('POST', 'faults', { operation: 'list', kind: 'error', status: 429, times: 2 })
    for (const attempt of ['0', '1', '2']) await send(keysPath, { headers: { 'x-stainless-retry-count': attempt } })
    await control('POST', 'faults', { operation: 'create', kind: 'connection_reset', when: 'after_commit' })
    const body = JSON.stringify({ name: 'Staging rotation, new' })
    await send(keysPath, { method: 'POST', headers: jsonHeaders, body }).catch(() => undefined)
    await expectRows(page, 'Keys').toHaveLength(names.length + 2)
    await page.screenshot({ path: `${folder}inspector-keys.png` })

    await tab(page, 'Requests').click()
    await expectRows(page, 'Requests').toHaveLength(5)
    await page.keyboard.press('j')
    await page.keyboard.press('Enter')
    await page.getByRole('region', { name: 'Request' }).waitFor()
    await page.screenshot({ path: `${folder}inspector-requests.png` })

    await page.emulateMedia({ colorScheme: 'dark' })
    await tab(page, 'Faults').click()
    await page.getByRole('button', { name: 'Add fault', exact: true }).click()
    await page.getByRole('combobox', { name: 'Kind' }).selectOption('delay')
    await page.screenshot({ path: `${folder}inspector-faults.png` })
  },
)
