import { route, setFilter } from '../state/route.ts'
import { Select } from './fields.tsx'

/** The filter for text, which `/` focuses. It is in the URL. */
export function TextFilter({ placeholder }: { placeholder: string }) {
  return (
    <input
      type="text"
      class="filter"
      data-filter
      aria-label="Filter"
      placeholder={placeholder}
      autocomplete="off"
      spellcheck={false}
      value={route.value.query['filter'] ?? ''}
      onInput={(event) => setFilter('filter', event.currentTarget.value)}
    />
  )
}

interface ChoiceFilterProps {
  label: string
  name: string
  options: readonly (readonly [value: string, text: string])[]
}

/** A filter with fixed values; it also shows an unknown value from the URL. */
export function ChoiceFilter({ label, name, options }: ChoiceFilterProps) {
  const value = route.value.query[name] ?? ''
  const isKnown = options.some(([option]) => option === value)
  return (
    <Select
      label={label}
      isLabelHidden
      value={value}
      options={isKnown ? options : [...options, [value, value]]}
      onChange={(chosen) => setFilter(name, chosen)}
    />
  )
}
