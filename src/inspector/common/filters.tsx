import { route, setFilter } from '../state/route.ts'
import { Select } from './fields.tsx'

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
      label={name[0]?.toUpperCase() + name.slice(1)}
      name={name}
      isLabelHidden
      value={value}
      options={[['', any], ...options, ...(isKnown ? [] : [value])]}
      onChange={(chosen) => setFilter(name, chosen)}
    />
  )
}
