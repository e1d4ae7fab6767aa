// Makes dist/: the program and the library in one file, and the licences of what it holds. Written aside and renamed, for
// a program that starts meanwhile must not read half of it.
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { build, type Metafile } from 'esbuild'
import { loadLate } from './late-modules.ts'
import { leaveOut } from './left-out.ts'

const root = new URL('../', import.meta.url)
const { dependencies } = JSON.parse(readFileSync(new URL('package.json', root), 'utf8'))

// Fastify would load the first two unless it were given others (src/schema/fastify-compilers.ts), the third for inject().
const unreached = ['@fastify/ajv-compiler', '@fastify/fast-json-stringify-compiler', 'light-my-request']

const { outputFiles, metafile } = await build({
  absWorkingDir: fileURLToPath(root),
  entryPoints: ['src/index.ts'],
  outfile: 'dist/index.cjs',
  bundle: true,
  platform: 'node',
  format: 'cjs',
  target: 'node22.18',
  external: [...Object.keys(dependencies), ...unreached],
  minify: true,
  // Node shows the line in which an error was thrown that nobody caught.
  lineLimit: 160,
  plugins: [loadLate, leaveOut],
  legalComments: 'none',
  define: { 'import.meta.url': 'importMetaUrl' },
  banner: { js: "const importMetaUrl=require('node:url').pathToFileURL(__filename).href;" },
  logLevel: 'warning',
  metafile: true,
  write: false,
})

mkdirSync(new URL('dist/', root), { recursive: true })
write('dist/index.cjs', outputFiles[0]?.text ?? '')
write('dist/LICENSES.txt', packagesIn(metafile).map(licence).join('\n'))

/** Leaves a file alone that is right: the checkout may be one that cannot be written. */
function write(file: string, text: string): void {
  const url = new URL(file, root)
  if (existsSync(url) && readFileSync(url, 'utf8') === text) return
  const aside = new URL(`${file}.${process.pid}`, root)
  writeFileSync(aside, text)
  renameSync(aside, url)
}

/** The folders of the packages that went into the file. */
function packagesIn({ inputs }: Metafile): string[] {
  const folders = Object.keys(inputs).map((file) => /^(.*node_modules\/(@[^/]+\/)?[^/]+)\//.exec(file)?.[1])
  return [...new Set(folders.filter((folder) => folder !== undefined))].sort()
}

function licence(folder: string): string {
  const url = new URL(`${folder}/`, root)
  const { name, version, license, author } = JSON.parse(readFileSync(new URL('package.json', url), 'utf8'))
  const file = readdirSync(url).find((each) => /^licen[cs]e/i.test(each))
  const text = file === undefined ? `${author?.name ?? author}` : readFileSync(new URL(file, url), 'utf8').trim()
  return `${name} ${version} (${license})\n\n${text}\n`
}
