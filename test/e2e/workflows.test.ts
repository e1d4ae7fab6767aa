import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { createTemporaryFile } from '../support/files.ts'
import { readSnippets } from '../support/snippets.ts'
import { lint } from './lint.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const workflows = readdirSync(join(root, '.github/workflows')).map((file) => join(root, '.github/workflows', file))
const actionlint = process.env['ACTIONLINT'] ?? 'actionlint'

test.each(workflows)('actionlint accepts %s', (file) => {
  expect(lint(actionlint, file)).toBe('')
})

test('actionlint reports an unknown job', () => {
  const broken = readFileSync(join(root, '.github/workflows/release.yml'), 'utf8').replace(
    'needs: check',
    'needs: chekc',
  )
  expect(lint(actionlint, createTemporaryFile('broken.yml', broken))).toContain('chekc')
})

test('actions are pinned to a commit', () => {
  for (const file of workflows) {
    for (const [line] of readFileSync(file, 'utf8').matchAll(/^.*uses:.*$/gm)) {
      expect(line).toMatch(/uses: [\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/)
    }
  }
})

test('dclint accepts compose.yaml', () => {
  expect(
    lint(join(root, '.ci/tools/node_modules/.bin/dclint'), '--max-warnings', '0', join(root, 'compose.yaml')),
  ).toBe('')
})

test('dclint accepts the compose file of docs/docker.md', () => {
  const snippets = readSnippets(new URL('../../docs/docker.md', import.meta.url))
  const text = snippets.find((each) => each.text.includes('services:'))?.text ?? ''
  expect(text).not.toBe('')
  const dclint = join(root, '.ci/tools/node_modules/.bin/dclint')
  expect(lint(dclint, '--max-warnings', '0', createTemporaryFile('compose.yaml', text))).toBe('')
})

test('compose.yaml runs the image read-only, without capabilities, and publishes its port on this machine only', () => {
  const { services } = parse(readFileSync(join(root, 'compose.yaml'), 'utf8'))
  expect(services.emulator).toMatchObject({
    build: { context: '.' },
    read_only: true,
    cap_drop: ['ALL'],
    ports: ['127.0.0.1:4010:4010'],
  })
  expect(services.tests.depends_on.emulator.condition).toBe('service_healthy')
})

test('the release workflow builds only the release target', () => {
  const text = readFileSync(join(root, '.github/workflows/release.yml'), 'utf8')
  const steps = Object.values(parse(text).jobs as Record<string, { steps: Step[] }>).flatMap((job) => job.steps)
  const builds = steps.filter(({ uses }) => uses?.startsWith('docker/build-push-action'))
  expect(builds.map((step) => step.with?.['target'])).toEqual(['release', 'release'])
  expect(text.match(/buildx build(?! --target release)/)).toBe(null)
})

interface Step {
  uses?: string
  with?: Record<string, unknown>
}

test('the last stage of the Dockerfile is the released image, with a health check', () => {
  const [stage = ''] = readFileSync(join(root, 'Dockerfile'), 'utf8')
    .split(/^FROM /m)
    .slice(-1)
  expect(stage).toMatch(/^scratch AS release\n/)
  const [, command = ''] = /CMD (\[.*\])/.exec(stage) ?? []
  expect(JSON.parse(command)).toEqual(['/usr/local/bin/node', '/app/bin/admin-keys-emulator.cjs', 'healthcheck'])
})

test('base images are named by an exact version', () => {
  const names = [...readFileSync(join(root, 'Dockerfile'), 'utf8').matchAll(/^FROM (\S+)/gm)].map(([, name]) => name)
  const services = Object.values(
    parse(readFileSync(join(root, 'compose.yaml'), 'utf8')).services as Record<string, { image?: string }>,
  )
  const images = [...names, ...services.map(({ image }) => image)].filter((name) => name && name !== 'scratch')
  expect(images).toHaveLength(2)
  for (const image of images) expect(image).toMatch(/^node:\d+\.\d+\.\d+-bookworm-slim$/)
})
