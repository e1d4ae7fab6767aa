import { fileURLToPath } from 'node:url'
import { buildSync } from 'esbuild'
import { beforeAll, expect, test } from 'vitest'
import { openPage, useBrowser } from './inspector.ts'

useBrowser()

let script: string
beforeAll(() => {
  const { outputFiles } = buildSync({
    entryPoints: [fileURLToPath(new URL('../../src/inspector/render.ts', import.meta.url))],
    bundle: true,
    format: 'iife',
    globalName: 'renderer',
    tsconfigRaw: {},
    write: false,
  })
  script = `${outputFiles[0]?.text}; return renderer`
})

test('a page that changes is rendered like a new one, and keeps the elements with the same key', async () => {
  const page = await openPage()
  const problems = await page.evaluate((source) => {
    const load = () => new Function(source)()
    let seed = 1
    const random = (count: number) => {
      seed = (seed * 48_271) % 2_147_483_647
      return seed % count
    }
    const changing = load()
    const root = document.createElement('div')
    const { h } = changing
    const keyed = () => {
      const keys = ['a', 'b', 'c', 'd'].filter(() => random(3) > 0)
      const shuffled = Array.from({ length: keys.length }, () => keys.splice(random(keys.length), 1)[0])
      return shuffled.map((key) => h('p', { key, id: key }, random(3)))
    }
    const tree = (depth: number): unknown => {
      const kind = random(depth > 0 ? 7 : 3)
      if (kind === 0) return [undefined, null, false, true][random(4)]
      if (kind < 3) return random(5)
      const title = [undefined, 'one', 'two'][random(3)]
      const children = Array.from({ length: random(4) }, () => tree(depth - 1))
      const style = random(2) === 0 ? undefined : { top: `${random(3)}px` }
      return h(['b', 'i'][random(2)], { title, class: title, style }, ...children, keyed())
    }
    const found: string[] = []
    for (let round = 0; round < 2000; round++) {
      const start = seed
      const before = new Map([...root.children].map((child) => [child.id, child]))
      const top = [...keyed(), tree(4)]
      changing.render(top, root)
      const after = root.innerHTML
      const isMoved = [...root.children].some(
        ({ id }) => id && before.has(id) && before.get(id) !== root.querySelector(`:scope > #${id}`),
      )
      seed = start
      const fresh = document.createElement('div')
      load().render([...keyed(), tree(4)], fresh)
      if (!fresh.isEqualNode(root)) found.push(`${round}: ${after} instead of ${fresh.innerHTML}`)
      if (isMoved) found.push(`${round}: an element with a key was replaced`)
    }
    return found
  }, script)
  expect(problems).toEqual([])
})

test('an element that stays keeps its focus and what the user entered, wherever others come and go', async () => {
  const page = await openPage()
  const result = await page.evaluate((source) => {
    const { h, render } = new Function(source)()
    const show = (banner: boolean, rows: string[]) =>
      render(
        [banner && h('b', null, 'banner'), h('input', { name: 'x' }), rows.map((key) => h('p', { key }, key))],
        document.body,
      )
    show(true, ['a', 'b'])
    const input = document.querySelector('input') as HTMLInputElement
    input.value = 'entered'
    input.focus()
    show(false, ['b', 'c', 'a'])
    show(true, [])
    return [document.activeElement === input, input.value, document.body.textContent]
  }, script)
  expect(result).toEqual([true, 'entered', 'banner'])
})
