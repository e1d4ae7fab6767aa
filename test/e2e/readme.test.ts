import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { freePort } from '../../bench/processes.ts'
import { clientVersions } from '../clients/versions.ts'
import { readSnippets, type Snippet } from '../support/snippets.ts'
import { type Consumer, installInEmptyFolder } from './consumer.ts'

const root = new URL('../../', import.meta.url)
const snippets = readSnippets(new URL('README.md', root))
const { devDependencies } = JSON.parse(readFileSync(new URL('test/tools/package.json', root), 'utf8'))
const pinned = (name: string) => `${name}@${devDependencies[name]}`
const goClient = `github.com/openai/openai-go/v3@v${clientVersions.go}`

let consumer: Consumer
beforeAll(() => {
  consumer = installInEmptyFolder(...['openai', 'typescript', '@types/node'].map(pinned))
})
afterAll(() => consumer?.remove())

/** A check that a snippet works, in a folder where the package is installed. */
interface SnippetCheck {
  language: string
  /** Text that only this snippet contains. */
  mark: string
  run: (text: string, port: number) => Promise<void>
}

const snippetChecks: SnippetCheck[] = [
  {
    language: 'sh',
    mark: 'curl http',
    async run(text, port) {
      const [listed, created] = (await runWithEmulator(port, text)).trim().split('}{')
      expect(listed).toContain('"name":"Admin key"')
      expect(created).toContain('"value":"sk-admin-')
    },
  },
  {
    language: 'sh',
    mark: 'export OPENAI_BASE_URL',
    async run(text, port) {
      const program = "const { default: OpenAI } = await import('openai')\nconsole.log((await new OpenAI().admin"
      const script = `${program}.organization.adminAPIKeys.list()).data[0].name)`
      expect(await runWithEmulator(port, `${text}\nnode --input-type=module -e "${script}"`)).toBe('Admin key\n')
    },
  },
  {
    language: 'sh',
    mark: 'admin-keys-emulator wait',
    async run(text, port) {
      const env = { EMULATOR_PORT: String(port), GITHUB_ENV: 'github.env', EMULATOR_LOG_LEVEL: 'warn' }
      const script = `${text}\nwait $! && echo "$OPENAI_BASE_URL" && cat github.env`
      const output = await consumer.bash(script, env)
      expect(output).toContain(`http://127.0.0.1:${port}/v1\nOPENAI_BASE_URL=http://127.0.0.1:${port}/v1\n`)
    },
  },
  {
    language: 'ts',
    mark: "baseURL: 'http",
    run: async (text, port) => void (await runWithEmulator(port, typescriptScript(text))),
  },
  {
    language: 'ts',
    mark: 'startEmulator',
    run: async (text) => expect(await consumer.bash(typescriptScript(text))).toBe('100\n'),
  },
  {
    language: 'python',
    mark: 'from openai import OpenAI',
    async run(text, port) {
      consumer.write('snippet.py', text)
      await consumer.bash(`python3 -m venv .venv && .venv/bin/pip install --quiet openai==${clientVersions.python}`)
      expect(await runWithEmulator(port, '.venv/bin/python snippet.py')).toMatch(/^key_\S+ Admin key\nkey_\S+ ci\n$/)
    },
  },
  {
    language: 'go',
    mark: 'openai.NewClient',
    async run(text, port) {
      consumer.write('snippet.go', goProgram(text))
      expect(await runWithEmulator(port, `go mod init snippet && go get ${goClient} && go run snippet.go`)).toBe('ci\n')
    },
  },
  {
    language: 'java',
    mark: 'OpenAIOkHttpClient',
    async run(text, port) {
      consumer.write('Snippet.java', javaProgram(text))
      consumer.write('pom.xml', pom)
      const jars = 'mvn --quiet --batch-mode dependency:copy-dependencies -DoutputDirectory=jars'
      await runWithEmulator(port, `${jars} && java -cp 'jars/*' Snippet.java`)
    },
  },
  {
    language: 'yaml',
    mark: 'generate: 250',
    async run(text, port) {
      consumer.write('seed.yaml', text)
      const list = `curl -fsS http://localhost:${port}/v1/organization/admin_api_keys?limit=100 -H 'Authorization: Bearer sk-admin-ci'`
      const { data } = JSON.parse(await runWithEmulator(port, list, '--seed seed.yaml'))
      expect(data).toHaveLength(100)
      const [, schema] = /schema=(\S+)/.exec(text) ?? []
      expect(await consumer.bash(`cat ${schema}`)).toContain('"generate"')
    },
  },
]

// Snippets that are checked elsewhere.
const checkedElsewhere: [language: string, mark: string, where: string][] = [
  ['sh', 'npm test     # runs', 'CI runs it'],
  ['sh', 'docker build --target', 'test/e2e/container.test.ts, and the release workflow'],
  ['sh', 'docker run --rm --publish 127.0.0.1:4010:4010 --volume', 'test/e2e/container.test.ts'],
  ['sh', 'npm install --save-dev', 'test/e2e/package.test.ts, from the tarball: nothing is published yet'],
  ['ruby', 'OpenAI::Client.new', 'nowhere yet'],
  ['', 'the sandbox "default"', 'test/control-api/sandboxes.test.ts'],
  ['', 'x-emulator-reason', 'test/openai-api/authentication.test.ts'],
  ['yaml', 'runs-on: ubuntu-latest', 'test/e2e/workflows.test.ts'],
]

const matches = ({ language, text }: Snippet, [expectedLanguage, mark]: [string, string, ...unknown[]]) =>
  language === expectedLanguage && text.includes(mark)

test.each(snippets)('the $language snippet on line $line is checked exactly once, here or elsewhere', (snippet) => {
  const places = [...snippetChecks.map(({ language, mark }): [string, string] => [language, mark]), ...checkedElsewhere]
  expect(places.filter((place) => matches(snippet, [place[0], place[1]]))).toHaveLength(1)
})

test.each(snippetChecks)('the $language snippet with $mark works', async ({ language, mark, run }) => {
  const snippet = snippets.find((each) => matches(each, [language, mark]))
  const port = await freePort()
  await run((snippet?.text ?? '').replaceAll('localhost:4010', `127.0.0.1:${port}`), port)
})

/** Runs a script while the installed emulator listens on that port. */
const runWithEmulator = (port: number, script: string, options = '') =>
  consumer.bash(
    `node_modules/.bin/admin-keys-emulator --port ${port} --log-level warn ${options} >/dev/null &
    node_modules/.bin/admin-keys-emulator wait --port ${port}
    ${script}`,
  )

/** Returns a script that type-checks a program strictly and runs it. */
function typescriptScript(text: string): string {
  consumer.write('snippet.ts', text)
  const options = '--noEmit --strict --target es2024 --module nodenext --lib es2024,dom --types node'
  return `node_modules/.bin/tsc --ignoreConfig ${options} snippet.ts && node snippet.ts`
}

const goProgram = (text: string) => `package main

import (
	"context"
	"fmt"

	"github.com/openai/openai-go/v3"
	"github.com/openai/openai-go/v3/option"
)

func main() {
	ctx := context.Background()
${text}
	if err != nil {
		panic(err)
	}
	fmt.Println(key.Name)
}
`

const javaProgram = (text: string) => `import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.models.admin.organization.adminapikeys.AdminApiKeyCreateParams;

public class Snippet {
  public static void main(String[] args) {
${text}
    client.close();
  }
}
`

const pom = `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion><groupId>x</groupId><artifactId>x</artifactId><version>1</version>
  <dependencies><dependency>
    <groupId>com.openai</groupId><artifactId>openai-java</artifactId><version>${clientVersions.java}</version>
  </dependency></dependencies>
</project>
`
