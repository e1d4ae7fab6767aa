import type { InputHTMLAttributes } from 'preact'

/** The texts of the fields of a form, by name. */
export type Texts = Readonly<Record<string, string>>

export const textsOf = (form: HTMLFormElement): Texts =>
  Object.fromEntries(new FormData(form)) as Record<string, string>

export interface FieldProps {
  label: string
  name: string
  value?: string | undefined
  defaultValue?: string
  type?: 'text' | 'number' | 'password' | 'datetime-local'
  isLong?: boolean
  required?: boolean
  /** What a valid text matches. */
  pattern?: string
  min?: number
  max?: number
  step?: number
  placeholder?: string
  hint?: string | undefined
  /** What the browser does not find itself. */
  mistake?: string | undefined
}

/** A labeled text field; `isLong` gives it several lines. */
export function Field({ label, name, isLong, hint, mistake = '', ...attributes }: FieldProps) {
  const Input = (isLong ? 'textarea' : 'input') as 'input'
  return (
    <div class="field">
      <label for={name}>{label}</label>
      <Input
        id={name}
        name={name}
        autocomplete="off"
        spellcheck={false}
        title={hint}
        ref={(field) => field?.setCustomValidity(mistake)}
        {...(attributes as InputHTMLAttributes<HTMLInputElement>)}
      />
      {hint && <p class="hint">{hint}</p>}
    </div>
  )
}

interface SelectProps {
  label: string
  name: string
  value: string
  /** Values, or pairs of value and text. */
  options: readonly (string | readonly [value: string, text: string])[]
  /** Forms read the value when they are submitted. */
  onChange?: (value: string) => void
  /** Shows the label only to screen readers. */
  isLabelHidden?: boolean
}

export const Select = ({ label, name, value, options, onChange, isLabelHidden }: SelectProps) => (
  <div class="field">
    <label for={name} class={isLabelHidden ? 'visually-hidden' : ''}>
      {label}
    </label>
    <select id={name} name={name} value={value} onChange={(event) => onChange?.(event.currentTarget.value)}>
      {options.map((option) => {
        const [key, text] = [option, option].flat()
        return (
          <option key={key} value={key} selected={key === value}>
            {text}
          </option>
        )
      })}
    </select>
  </div>
)
