import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { run } from '../command.ts'
import { at } from '../files.ts'
import { readGoTest } from '../outcomes.ts'
import type { OfficialSuite } from './suite.ts'

const modelFile = 'model_test.go'
const program = at('../../dist/clients/openai-go.test')

/** Returns the names of the tests in a file. */
function testsIn(source: string, file: string): string[] {
  const names = [...readFileSync(join(source, file), 'utf8').matchAll(/^func (Test\w+)\(/gm)].map(
    ([, name]) => `${name}`,
  )
  return file === modelFile ? names.filter((name) => name.includes('List')) : names
}

async function runGo(args: string[], cwd: string): Promise<string> {
  const { code, stdout, output } = await run('go', args, { cwd })
  if (code !== 0) throw new Error(`go ${args.join(' ')} failed:\n${output}`)
  return stdout
}

export const goSuite: OfficialSuite = {
  language: 'go',
  toolchain: [['go', 'version']],
  // The module has the tests.
  async fetch() {
    const module = await runGo(['mod', 'download', '-json', 'github.com/openai/openai-go/v3'], at('go'))
    const source: string = JSON.parse(module).Dir
    await runGo(['test', '-c', '-o', program, '.'], source)
    return source
  },
  files: (source) => globSync(['adminorganization*_test.go', modelFile], { cwd: source }),
  // A file such as adminorganizationprojectapikey_scopes_test.go has more tests of the same resource.
  resourceIn: (file) => file.replace(/^adminorganization/, '').replace(/_.*/, ''),
  async run(source, files, env) {
    const tests = files.flatMap((file) => testsIn(source, file)).join('|')
    const args = ['tool', 'test2json', program, '-test.v=test2json', '-test.timeout=2m', `-test.run=^(${tests})$`]
    const { code, stdout, output } = await run('go', args, { cwd: source, env })
    const report = readGoTest(stdout)
    return { outcomes: report.outcomes, code, output: report.output || output }
  },
}
