import { route, setFilter } from '../state/route.ts'
import { Button } from './button.tsx'
import { Select } from './fields.tsx'
import { capitalize, shorten } from './format.ts'

/** The filter for text, which `/` focuses. It is in the URL. */
export const TextFilter = ({ placeholder }: { placeholder: string }) => (
  <input
    type="text"
    class="filter"
    aria-label="Filter"
    placeholder={placeholder}
    autocomplete="off"
    spellcheck={false}
    value={route.value.query['filter'] ?? ''}
    onInput={(event) => setFilter('filter', event.currentTarget.value)}
  />
)

interface ChoiceFilterProps {
  /** The name of the parameter in the URL, and of the control if it begins with a capital. */
  name: string
  /** What the control shows without a filter. */
  any: string
  options: readonly (string | readonly [value: string, text: string])[]
}

/** A filter with fixed values; it also shows an unknown value from the URL. */
export function ChoiceFilter({ name, any, options }: ChoiceFilterProps) {
  const value = route.value.query[name] ?? ''
  const isKnown = value === '' || options.flat().includes(value)
  return (
    <Select
      label={capitalize(name)}
      name={name}
      isLabelHidden
      value={value}
      options={[['', any], ...options, ...(isKnown ? [] : [value])]}
      onChange={(chosen) => setFilter(name, chosen)}
    />
  )
}

/** The filters that have no field of their own: links set them. */
export function Chips({ names }: { names: readonly string[] }) {
  const { query } = route.value
  return names.map(
    (name) =>
      query[name] && (
        <Button key={name} class="chip" title="Remove this filter" onClick={() => setFilter(name, '')}>
          {name}: <bdi>{shorten(query[name], 40)}</bdi> ×
        </Button>
      ),
  )
}
