import { execFile, spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { createCertificate } from '../support/certificate.ts'
import { createTemporaryFile } from '../support/files.ts'
import { programPath } from '../support/program.ts'

// docs/https.md, "Programs with a fixed base URL": in separate namespaces, so that neither port 443 nor /etc/hosts is changed.
const isolation = ['--map-root-user', '--net', '--mount', '--pid', '--fork', '--kill-child']
const setup = 'ip link set lo up && mount --bind "$HOSTS" /etc/hosts'
const hosts = '127.0.0.1 localhost api.openai.com\n'

const canIsolate =
  process.platform === 'linux' &&
  spawnSync('unshare', [...isolation, 'sh', '-c', 'ip link set lo up && mount --bind /etc/hosts /etc/hosts']).status ===
    0

test.runIf(canIsolate)(
  'the official client with its default base URL reaches the emulator as api.openai.com',
  async () => {
    const { cert, key } = createCertificate('api.openai.com')
    const client = `
    import OpenAI from ${JSON.stringify(import.meta.resolve('openai'))}
    const { admin, baseURL } = new OpenAI({ apiKey: 'unused', maxRetries: 0 })
    const { adminAPIKeys } = admin.organization
    const { id } = await adminAPIKeys.create({ name: 'fixed' })
    const names = []
    for await (const { name } of adminAPIKeys.list()) names.push(name)
    console.log(JSON.stringify({ baseURL, names, deleted: (await adminAPIKeys.delete(id)).deleted }))`
    const script = `${setup}
    "$NODE" "$PROGRAM" --port 443 --tls-cert "$CERT" --tls-key "$KEY" --log-level warn >/dev/null &
    "$NODE" "$PROGRAM" wait --port 443 --tls-cert "$CERT" && "$NODE" "$CLIENT"`
    const certFile = createTemporaryFile('cert.pem', cert)
    const { stdout } = await promisify(execFile)('unshare', [...isolation, 'sh', '-ec', script], {
      timeout: 15_000,
      env: {
        PATH: process.env['PATH'],
        NODE: process.execPath,
        PROGRAM: programPath,
        HOSTS: createTemporaryFile('hosts', hosts),
        CERT: certFile,
        KEY: createTemporaryFile('key.pem', key),
        CLIENT: createTemporaryFile('client.mjs', client),
        NODE_EXTRA_CA_CERTS: certFile,
        OPENAI_ADMIN_KEY: 'sk-admin-local',
      },
    })
    expect(JSON.parse(stdout)).toEqual({
      baseURL: 'https://api.openai.com/v1',
      names: ['Admin key', 'fixed'],
      deleted: true,
    })
    expect(readFileSync('/etc/hosts', 'utf8')).not.toContain('api.openai.com')
  },
)
