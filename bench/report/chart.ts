/** A bar of a chart; `detail` stands below its name. */
export interface Bar {
  name: string
  detail: string
  value: number
  /** Drawn in the accent color. */
  isOurs: boolean
}

const width = 760
const rowHeight = 44
const labelWidth = 330
const barWidth = 330

const style = `
  text { font: 13px system-ui, sans-serif; fill: #1f2328 }
  .detail { font-size: 11px; fill: #59636e }
  rect { fill: #c8d1da }
  .ours { fill: #0969da }
  @media (prefers-color-scheme: dark) {
    text { fill: #f0f6fc }
    .detail { fill: #9198a1 }
    rect { fill: #3d444d }
    .ours { fill: #4493f8 }
  }`

/** Draws horizontal bars in the given order as an SVG document for light and dark pages. */
export function renderChart(title: string, bars: readonly Bar[]): string {
  const largest = Math.max(...bars.map(({ value }) => value))
  const rows = bars.map((bar, row) => renderBar(bar, row * rowHeight + 8, (bar.value / largest) * barWidth))
  const height = bars.length * rowHeight + 8
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-label="${escapeXml(title)}">`,
    `<style>${style}\n</style>`,
    ...rows,
    '</svg>\n',
  ].join('\n')
}

function renderBar({ name, detail, value, isOurs }: Bar, top: number, length: number): string {
  const bar = `<rect x="${labelWidth}" y="${top + 4}" width="${Math.max(1, length).toFixed(1)}" height="24" rx="3"${isOurs ? ' class="ours"' : ''}/>`
  const figure = Math.round(value).toLocaleString('en-US')
  return [
    `<text x="0" y="${top + 14}">${escapeXml(name)}</text>`,
    `<text class="detail" x="0" y="${top + 30}">${escapeXml(detail)}</text>`,
    bar,
    `<text x="${(labelWidth + length + 8).toFixed(1)}" y="${top + 21}">${figure}</text>`,
  ].join('\n')
}

const escapeXml = (text: string) => text.replace(/[<&"]/g, (character) => `&#${character.charCodeAt(0)};`)
