// Builds dist/: the program and the library in one file, the inspector, and the licenses of the bundled packages. Files are written
// under another name and renamed, so that a program that starts meanwhile never reads half a file.
import { hash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { build, type Metafile } from 'esbuild'
import { capturedGlobals, capturedProperties } from './captured-globals.ts'
import { loadLazily } from './lazy-modules.ts'
import { licensesOf } from './licenses.ts'
import { findNativeAddon } from './native-addon.ts'
import { omitUnused } from './unused-modules.ts'

const root = new URL('../', import.meta.url)

// Never loaded: the emulator brings its own compilers (src/schema/fastify-compilers.ts) and does not call inject().
const neverLoaded = ['@fastify/ajv-compiler', '@fastify/fast-json-stringify-compiler', 'light-my-request']

const { outputFiles, metafile } = await build({
  absWorkingDir: fileURLToPath(root),
  entryPoints: ['src/index.ts'],
  outfile: 'dist/index.cjs',
  bundle: true,
  platform: 'node',
  format: 'cjs',
  target: 'node22.18',
  // A script that bin/load-program.cjs compiles cannot import.
  supported: { 'dynamic-import': false },
  external: ['@fastify/swagger-ui', ...neverLoaded],
  minify: true,
  // Node prints the whole source line of an uncaught error.
  lineLimit: 160,
  plugins: [loadLazily, omitUnused, findNativeAddon],
  legalComments: 'none',
  define: { 'import.meta.url': 'importMetaUrl', ...capturedProperties },
  banner: { js: `${capturedGlobals}const importMetaUrl=require('node:url').pathToFileURL(__filename).href;` },
  logLevel: 'warning',
  metafile: true,
  write: false,
})

// The page of the inspector: one script and one style sheet.
const inspector = await build({
  absWorkingDir: fileURLToPath(root),
  entryPoints: ['main.tsx', 'styles/index.css'].map((file) => ({ in: `src/inspector/${file}`, out: 'inspector' })),
  outdir: 'dist/inspector',
  bundle: true,
  platform: 'browser',
  format: 'iife',
  // The first versions with light-dark().
  target: ['chrome123', 'firefox120', 'safari17.5'],
  // Shorter than what the automatic runtime calls.
  tsconfigRaw: {},
  jsx: 'transform',
  jsxFactory: 'h',
  jsxFragment: 'Fragment',
  inject: ['src/inspector/render.ts'],
  charset: 'utf8',
  minify: true,
  legalComments: 'none',
  logLevel: 'warning',
  metafile: true,
  write: false,
})
const textOf = (extension: string) => inspector.outputFiles.find(({ path }) => path.endsWith(extension))?.text ?? ''

mkdirSync(new URL('dist/inspector/', root), { recursive: true })
const program = outputFiles[0]?.text ?? ''
// bin/load-program.cjs reads the hash.
writeIfChanged('dist/index.cjs', `// ${hash('sha256', program)}\n${program}`)
writeIfChanged('dist/inspector/index.html', readFileSync(new URL('src/inspector/index.html', root), 'utf8'))
writeIfChanged('dist/inspector/inspector.js', textOf('.js'))
writeIfChanged('dist/inspector/inspector.css', textOf('.css'))
writeIfChanged('dist/LICENSES.txt', licensesOf([...bundledPackages(metafile), ...bundledPackages(inspector.metafile)]))

// Skips files that are up to date, because the checkout may be read-only.
function writeIfChanged(file: string, text: string): void {
  const url = new URL(file, root)
  if (existsSync(url) && readFileSync(url, 'utf8') === text) return
  const temporary = new URL(`${file}.${process.pid}`, root)
  writeFileSync(temporary, text)
  renameSync(temporary, url)
}

/** Returns the folders of the bundled packages. */
function bundledPackages({ inputs }: Metafile): string[] {
  const folders = Object.keys(inputs).map((file) => /^(.*node_modules\/(@[^/]+\/)?[^/]+)\//.exec(file)?.[1])
  return [...new Set(folders.filter((folder) => folder !== undefined))].sort()
}
