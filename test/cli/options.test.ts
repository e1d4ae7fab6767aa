import { expect, test } from 'vitest'
import { keysUrl } from '../support/app.ts'
import { runProgram, serve } from '../support/program.ts'

test.each([
  [['--port', 'abc'], {}, /--port <number>.*'abc' is invalid.*integer from 0 to 65535/],
  [['--port', '65536'], {}, /'65536' is invalid.*integer from 0 to 65535/],
  [['--port', '1e3'], {}, /'1e3' is invalid/],
  [['start', '--port', ''], {}, /'' is invalid/],
  [['--host', 'a b'], {}, /--host.*'a b' is invalid.*IP address or a host name/],
  [['--admin-key', ' x'], {}, /--admin-key.*printable ASCII/],
  [['--admin-key', 'ключ'], {}, /--admin-key.*printable ASCII/],
  [['--max-sandboxes', '0'], {}, /--max-sandboxes.*'0' is invalid.*from 1/],
  [['--sandbox-ttl', '30'], {}, /--sandbox-ttl.*'30' is invalid.*duration/],
  [['--sandbox-ttl', '0s'], {}, /'0s' is invalid/],
  [['--log-level', 'loud'], {}, /--log-level.*'loud' is invalid.*one of trace, debug/],
  [['--log-format', 'text'], {}, /--log-format.*'text' is invalid.*one of pretty, json/],
  [['--prot', '1'], {}, /unknown option '--prot'[\s\S]*--port/],
  [['reset', '--what', 'keys'], {}, /unknown option '--what'/],
  [
    ['serve'],
    {},
    /unknown command 'serve'. Available commands: start, wait, healthcheck, env, reset, state, conform, sandboxes/,
  ],
  [['strat'], {}, /unknown command 'strat'. Did you mean 'start'\? Available commands: start, /],
  [['clock', 'advnce', '1d'], {}, /unknown command 'advnce'. Did you mean 'advance'\? Available commands: get, set, /],
  [['--port', '1', 'wait'], {}, /the command 'wait' must come before its options/],
  [['start', 'extra'], {}, /unknown command 'extra'/],
  [['--data', ''], {}, /--data.*'' is invalid. It must not be empty/],
  [['--allow-host', 'http://x'], {}, /--allow-host.*'http:\/\/x' is invalid/],
  [['--allow-host', 'a..example.com'], {}, /--allow-host.*'a\.\.example\.com' is invalid/],
  [['env', '--url', 'http://x/v1'], {}, /--url.*must not end with the \/v1/],
  [['env', '--port', '0'], {}, /--port: must be the port of the emulator, unless --url is given; got 0/],
  [[], { EMULATOR_SEED: 'paging,,lifecycle' }, /EMULATOR_SEED: 'paging,,lifecycle' is invalid. It must not be empty/],
  [['--seed'], {}, /--seed.*argument missing/],
  [['env', '--format', 'xml'], {}, /--format.*'xml' is invalid.*shell, dotenv, github/],
  [['env', '--sandbox', '../x'], {}, /--sandbox.*'\.\.\/x' is invalid/],
  [['wait', '--url', 'ftp://x'], {}, /--url.*'ftp:\/\/x' is invalid.*http/],
  [[], { EMULATOR_PORT: 'x' }, /EMULATOR_PORT: 'x' is invalid.*integer from 0 to 65535/],
  [[], { EMULATOR_JSON: 'maybe' }, /EMULATOR_JSON: 'maybe' is invalid.*1, true, 0 or false/],
  [[], { EMULATOR_LOG_FORMAT: 'Pretty' }, /EMULATOR_LOG_FORMAT: 'Pretty' is invalid/],
  [[], { EMULATOR_LOG_LEVEL: 'LOUD' }, /EMULATOR_LOG_LEVEL: 'LOUD' is invalid/],
])(
  'the arguments %j with the environment %j exit with 2 and name the option, the rule and the value',
  async (args, env, message) => {
    const { code, stdout, stderr } = await runProgram(args, env)
    expect(stderr).toMatch(message)
    expect(stderr).toMatch(/^(EMULATOR|admin-keys-emulator: )/)
    expect(code).toBe(2)
    expect(stdout).toBe('')
  },
)

test.each([
  [['--admin-key', 'sk-admin-über'], {}],
  [['--control-token', 'sk-admin-über'], {}],
  [[], { EMULATOR_ADMIN_KEY: 'sk-admin-über' }],
  [[], { EMULATOR_CONTROL_TOKEN: 'sk-admin-über' }],
])('an invalid secret in the arguments %j or the environment %j is not printed', async (args, env) => {
  const { code, stderr } = await runProgram(args, env)
  expect(stderr).toMatch(/(--|EMULATOR_)(admin-key|ADMIN_KEY|control-token|CONTROL_TOKEN).*is invalid.*printable ASCII/)
  expect(stderr).not.toContain('über')
  expect(code).toBe(2)
})

test('a flag overrides its environment variable, which overrides the default; an empty variable is ignored', async () => {
  const env = { EMULATOR_ADMIN_KEY: 'sk-admin-env', EMULATOR_SEED: 'paging, lifecycle', EMULATOR_HOST: '' }
  const fromEnv = await serve([], env)
  expect(JSON.parse(fromEnv.output.stdout).admin_key).toBe('[redacted]')
  const keys = await fetch(`${fromEnv.url}${keysUrl}?limit=100&after=key_unnamed`, {
    headers: { authorization: 'Bearer sk-admin-env' },
  })
  expect(keys.status).toBe(200)
  const fromFlag = await serve(['--admin-key', 'none', '--seed', 'lifecycle'], env)
  expect(JSON.parse(fromFlag.output.stdout).admin_key).toBeNull()
  const status = async (key: string) =>
    (await fetch(fromFlag.url + keysUrl, { headers: { authorization: `Bearer ${key}` } })).status
  expect(await status('sk-admin-env')).toBe(401)
  expect(await status('sk-admin-fresh')).toBe(200)
})

test('the variables that Kubernetes sets for a service called emulator are ignored', async () => {
  const service = {
    EMULATOR_PORT: 'tcp://10.96.0.17:4010',
    EMULATOR_PORT_4010_TCP: 'tcp://10.96.0.17:4010',
    EMULATOR_SERVICE_HOST: '10.96.0.17',
    EMULATOR_SERVICE_PORT: '4010',
  }
  const { code, stdout } = await runProgram(['env'], service)
  expect({ code, stdout }).toMatchObject({ code: 0, stdout: expect.stringContaining('http://127.0.0.1:4010/v1') })
})

test.each([
  ['sk-custom', true],
  ['sk-admin-custom', false],
  ['none', false],
])('with the admin key %s, whether a warning is printed at the start is %s', async (key, isWarned) => {
  const { output } = await serve(['--admin-key', key])
  const warning = "the admin key does not begin with 'sk-admin-': some clients refuse it, such as a Terraform provider"
  await expect.poll(() => output.stderr.includes(warning)).toBe(isWarned)
  expect(output.stderr).not.toContain(key)
})

test('--help lists commands, options and environment variables, and --version prints the version', async () => {
  const help = await runProgram(['--help'])
  expect(help.code).toBe(0)
  for (const word of [
    'start',
    'wait',
    'healthcheck',
    'env',
    '--port',
    'EMULATOR_PORT',
    '--seed',
    'EMULATOR_SEED',
    'sdk-conformance',
    'conform',
  ]) {
    expect(help.stdout).toContain(word)
  }
  expect((await runProgram(['env', '--help'])).stdout).toContain('EMULATOR_FORMAT')
  expect((await runProgram(['conform', '--help'])).stdout).toContain('EMULATOR_PACE')
  const version = await runProgram(['--version'])
  expect(version).toMatchObject({ code: 0, stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) })
})
