import { spawn } from 'node:child_process'
import { expect, test } from 'vitest'
import { runProgram } from '../support/program.ts'

test.each([
  [['env'], "export OPENAI_BASE_URL='http://127.0.0.1:4010/v1'\nexport OPENAI_ADMIN_KEY='sk-admin-local'\n"],
  [
    ['env', '--sandbox', 'a.b', '--format', 'github'],
    'OPENAI_BASE_URL=http://127.0.0.1:4010/sandbox/a.b/v1\nOPENAI_ADMIN_KEY=sk-admin-local\n',
  ],
  [
    ['env', '--format', 'dotenv', '--admin-key', 'a "b" $c'],
    'OPENAI_BASE_URL=http://127.0.0.1:4010/v1\nOPENAI_ADMIN_KEY="a \\"b\\" \\$c"\n',
  ],
  [
    ['env', '--admin-key', "it's"],
    "export OPENAI_BASE_URL='http://127.0.0.1:4010/v1'\nexport OPENAI_ADMIN_KEY='it'\\''s'\n",
  ],
  [['env', '--url', 'http://emulator:80/', '--admin-key', 'none'], "export OPENAI_BASE_URL='http://emulator/v1'\n"],
  [
    ['env', '--host', '::1', '--port', '1'],
    "export OPENAI_BASE_URL='http://[::1]:1/v1'\nexport OPENAI_ADMIN_KEY='sk-admin-local'\n",
  ],
])('the command %j prints the variables of the emulator', async (args, stdout) => {
  expect(await runProgram(args)).toEqual({ code: 0, stdout, stderr: '' })
})

test('a shell can evaluate the output of env', async () => {
  const { stdout } = await runProgram(['env', '--admin-key', `a'b"c$d\`e`])
  const shell = spawn('sh', ['-c', `${stdout}\nprintf %s "$OPENAI_ADMIN_KEY"`])
  let value = ''
  for await (const chunk of shell.stdout) value += chunk
  expect(value).toBe(`a'b"c$d\`e`)
})
