type Json = null | boolean | number | string | Json[] | { [name: string]: Json }

// Neither a number, a date, a keyword nor an indicator.
const plain = /^[A-Za-z][\w/]*([ .-][\w/]+)*$/
const keyword = /^(true|false|null|yes|no|on|off|y|n)$/i

const scalar = (value: Json): string =>
  typeof value === 'string' && plain.test(value) && !keyword.test(value) ? value : JSON.stringify(value)

const isNested = (value: Json): value is Json[] | { [name: string]: Json } =>
  typeof value === 'object' && value !== null && Object.keys(value).length > 0

/** Returns YAML that means the same as the JSON value. */
export function toYaml(value: Json, indent = ''): string {
  if (!isNested(value)) return `${indent}${scalar(value)}\n`
  if (Array.isArray(value)) {
    // An item begins on the line of its dash.
    return value.map((item) => `${indent}- ${toYaml(item, `${indent}  `).slice(indent.length + 2)}`).join('')
  }
  return Object.entries(value)
    .map(([name, item]) =>
      isNested(item)
        ? `${indent}${scalar(name)}:\n${toYaml(item, `${indent}  `)}`
        : `${indent}${scalar(name)}: ${scalar(item)}\n`,
    )
    .join('')
}
