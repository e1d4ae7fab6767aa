import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { freePort } from '../../bench/processes.ts'
import { clientVersions } from '../clients/versions.ts'
import { createTemporaryFile } from '../support/files.ts'
import { readSnippets } from '../support/snippets.ts'
import { type Consumer, installInEmptyFolder } from './consumer.ts'
import { lint } from './lint.ts'

const root = new URL('../../', import.meta.url)
const read = (file: string) => readFileSync(new URL(file, root), 'utf8')

const testcontainers = { node: '12.2.0', python: '4.15.0', go: 'v0.45.0', java: '2.0.5' }
const { devDependencies } = JSON.parse(read('test/tools/package.json'))
const pinned = (name: string) => `${name}@${devDependencies[name]}`

/** The snippets of docs/testing.md, by the file name on their first line. */
const files = new Map(
  readSnippets(new URL('docs/testing.md', root)).flatMap(({ text }) => {
    const name = /^(?:\/\/|#) (\S+)\n/.exec(text)?.[1]
    return name === undefined ? [] : [[name, text] as const]
  }),
)

function fileText(name: string): string {
  const text = files.get(name)
  if (text === undefined) throw new Error(`docs/testing.md has no snippet that starts with a comment ${name}`)
  return text
}

let consumer: Consumer
beforeAll(() => {
  consumer = installInEmptyFolder(
    ...['openai', 'vitest', 'typescript', '@types/node'].map(pinned),
    'jest@30.5.2',
    `testcontainers@${testcontainers.node}`,
  )
})
afterAll(() => consumer?.remove())

/** Writes snippets to the folder of the consumer. */
function write(...names: string[]): void {
  for (const name of names) consumer.write(name, fileText(name))
}

/** Runs a script while the installed emulator listens at EMULATOR_URL. */
async function runWithEmulator(script: string): Promise<string> {
  const port = await freePort()
  return consumer.bash(
    `node_modules/.bin/admin-keys-emulator --port ${port} --log-level warn >/dev/null &
    node_modules/.bin/admin-keys-emulator wait --port ${port}
    [ -z "$(${listSandboxes(port)} | grep '"name":"[^d]')" ]
    ${script}
    echo
    echo sandboxes: $(${listSandboxes(port)})`,
    { EMULATOR_URL: `http://127.0.0.1:${port}` },
  )
}

const listSandboxes = (port: number) => `curl -fsS http://127.0.0.1:${port}/_emulator/sandboxes`

/** Checks that a test left only the sandbox default. */
function expectNoSandboxes(output: string): void {
  const { data } = JSON.parse(/^sandboxes: (.*)$/m.exec(output)?.[1] ?? '')
  expect(data.map(({ name }: { name: string }) => name)).toEqual(['default'])
}

const typeCheck =
  'node_modules/.bin/tsc --ignoreConfig --noEmit --strict --skipLibCheck --allowImportingTsExtensions ' +
  '--target es2024 --module nodenext --lib es2024,dom,esnext.disposable --types node'

const go = (...modules: string[]) =>
  ['go mod init example.com/recipes', ...modules.map((module) => `go get ${module}`), 'go mod tidy'].join(' && ')
const goClient = `github.com/openai/openai-go/v3@v${clientVersions.go}`

/** The project of test/clients/java, with one more dependency. */
const pom = (dependency = '') =>
  read('test/clients/java/pom.xml').replace('<dependencies>', `<dependencies>${dependency}`)

const requirements = read('test/clients/python/requirements.txt')
const python = (...packages: string[]) => {
  consumer.write('requirements.txt', requirements)
  return `[ -d .venv ] || python3 -m venv .venv
    .venv/bin/pip install --quiet --disable-pip-version-check --no-deps --requirement requirements.txt
    ${packages.length > 0 ? `.venv/bin/pip install --quiet --disable-pip-version-check ${packages.join(' ')}` : ''}`
}

describe('recipes that start an emulator in the process', () => {
  test('the vitest recipe is type-checked and passes, with both kinds of global setup', async () => {
    const names = ['vitest.config.ts', 'sandbox.ts', 'rotation.test.ts', 'emulator.setup.ts']
    write(...names)
    const output = await consumer.bash(`${typeCheck} ${names.join(' ')} && npx vitest run 2>&1`)
    expect(output).toMatch(/Tests .*2 passed/)
    const config = fileText('vitest.config.ts').replace('admin-keys-emulator/vitest', './emulator.setup.ts')
    consumer.write('with-options.config.ts', config)
    expect(await consumer.bash('npx vitest run --config with-options.config.ts 2>&1')).toMatch(/Tests .*2 passed/)
  })

  test('the Jest recipe passes', async () => {
    write('rotation.test.cjs')
    expect(await consumer.bash('npx jest rotation.test.cjs 2>&1')).toContain('1 passed')
  })
})

describe('recipes that use a running emulator', () => {
  test('the pytest recipe passes, also with several workers', async () => {
    write('conftest.py', 'test_rotation.py')
    await consumer.bash(python())
    const output = await runWithEmulator(
      '.venv/bin/pytest -q test_rotation.py\n.venv/bin/pytest -q -n 2 test_rotation.py',
    )
    expect(output.match(/1 passed/g)).toHaveLength(2)
    expectNoSandboxes(output)
  })

  test('the go test recipe passes', async () => {
    write('rotation_test.go')
    const output = await runWithEmulator(`${go(goClient)}\ngo vet . && go test -count=1 -v .`)
    expect(output).toContain('--- PASS: TestTheOldKeyStopsWorkingAfterARotation')
    expectNoSandboxes(output)
  })

  test('the JUnit recipe passes', async () => {
    write('src/test/java/example/RotationTest.java')
    consumer.write('pom.xml', pom())
    const output = await runWithEmulator('mvn --batch-mode --no-transfer-progress test')
    expect(output).toMatch(/Tests run: 1, Failures: 0, Errors: 0, Skipped: 0/)
    expectNoSandboxes(output)
  })
})

// Without a container engine, they are only compiled.
describe('Testcontainers recipes', () => {
  // Set by .ci/run, together with the DOCKER_HOST of an engine that has this image.
  const image = process.env['CONTAINER_IMAGE']
  const inEngine = image === undefined ? 'are only compiled, without CONTAINER_IMAGE' : 'pass in the container engine'

  /** Writes a snippet that uses the image of the engine. */
  function writeWithImage(name: string, path = name): void {
    const text = fileText(name)
    consumer.write(path, image === undefined ? text : text.replace(/ghcr\.io\/[\w./:-]*\w/, image))
  }

  /** Runs a script if there is an engine. */
  const runInEngine = async (script: string) => (image === undefined ? '' : consumer.bash(script))

  test(`the TypeScript recipe is type-checked; its tests ${inEngine}`, async () => {
    writeWithImage('container.test.ts')
    await consumer.bash(`${typeCheck} container.test.ts`)
    const output = await runInEngine('npx vitest run container.test.ts 2>&1')
    if (image !== undefined) expect(output).toMatch(/Tests .*1 passed/)
  })

  test(`the Python recipe is type-checked, and pytest finds its test; its tests ${inEngine}`, async () => {
    writeWithImage('test_container.py')
    await consumer.bash(python(`testcontainers==${testcontainers.python}`, 'mypy==1.20.0'))
    const output = await consumer.bash(
      '.venv/bin/mypy --strict test_container.py && .venv/bin/pytest -q --collect-only test_container.py',
    )
    expect(output).toContain('test_container.py::test_a_new_key_is_listed')
    const result = await runInEngine('.venv/bin/pytest -q test_container.py')
    if (image !== undefined) expect(result).toContain('1 passed')
  })

  test(`the Go recipe is compiled and vetted; its tests ${inEngine}`, async () => {
    writeWithImage('container_test.go', 'container/container_test.go')
    await consumer.bash(`cd container
      ${go(goClient, `github.com/testcontainers/testcontainers-go@${testcontainers.go}`)}
      go vet .`)
    const output = await runInEngine('cd container && go test -count=1 -v .')
    if (image !== undefined) expect(output).toContain('--- PASS: TestANewKeyIsListed')
  })

  test(`the Java recipe is compiled; its tests ${inEngine}`, async () => {
    writeWithImage('src/test/java/example/ContainerTest.java')
    consumer.write(
      'pom.xml',
      pom(`<dependency>
        <groupId>org.testcontainers</groupId><artifactId>testcontainers</artifactId>
        <version>${testcontainers.java}</version><scope>test</scope>
      </dependency>`),
    )
    const maven = 'mvn --batch-mode --no-transfer-progress'
    await consumer.bash(`${maven} test-compile && test -e target/test-classes/example/ContainerTest.class`)
    const output = await runInEngine(`${maven} test -Dtest=ContainerTest`)
    if (image !== undefined) expect(output).toMatch(/Tests run: 1, Failures: 0, Errors: 0, Skipped: 0/)
  })

  test('all of them use the image of this version', () => {
    const { version } = JSON.parse(read('package.json'))
    const images = read('docs/testing.md').match(/ghcr\.io\/[\w./:-]*\w/g) ?? []
    expect(new Set(images)).toEqual(new Set([`ghcr.io/admin-keys-emulator/admin-keys-emulator:${version}`]))
  })
})

describe('CI recipes', () => {
  test('actionlint accepts the GitHub workflow, whose actions are those of this repository', () => {
    const workflow = fileText('.github/workflows/test.yml')
    expect(lint(process.env['ACTIONLINT'] ?? 'actionlint', createTemporaryFile('test.yml', workflow))).toBe('')
    for (const [action] of workflow.matchAll(/\S+@[0-9a-f]{40} # v[\d.]+/g))
      expect(read('.github/workflows/ci.yml')).toContain(action)
  })

  test('the GitLab job has only keys and types that GitLab knows', () => {
    const text = { type: 'string' }
    const texts = { type: 'array', items: text, minItems: 1 }
    const variables = { type: 'object', additionalProperties: text, propertyNames: { pattern: '^[A-Z_]+$' } }
    const closed = (properties: object, required: string[]) => ({
      type: 'object',
      properties,
      required,
      additionalProperties: false,
    })
    const service = closed({ name: text, alias: text, variables }, ['name'])
    const job = closed({ image: text, services: { type: 'array', items: service }, variables, script: texts }, [
      'script',
    ])
    const validate = new Ajv2020().compile({ type: 'object', additionalProperties: job })
    expect(validate(parse(fileText('.gitlab-ci.yml'))), JSON.stringify(validate.errors)).toBe(true)
  })

  test.each(['.github/workflows/test.yml', '.gitlab-ci.yml'])('the variables of %s fit its service', (name) => {
    const job = parse(fileText(name))
    const { OPENAI_BASE_URL, EMULATOR_URL, OPENAI_ADMIN_KEY } = job.jobs?.test.env ?? job.test.variables
    const [{ alias = 'localhost' } = {}] = job.test?.services ?? []
    expect(EMULATOR_URL).toBe(`http://${alias}:4010`)
    expect(OPENAI_BASE_URL).toBe(`${EMULATOR_URL}/v1`)
    expect(OPENAI_ADMIN_KEY).toBe('sk-admin-local')
  })
})

test('each snippet with a file name is used by a test of this file', () => {
  const text = readFileSync(fileURLToPath(import.meta.url), 'utf8')
  for (const name of files.keys()) expect(text, join('docs/testing.md', name)).toContain(`'${name}'`)
})
