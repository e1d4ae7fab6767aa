import { h, type InputHTMLAttributes, type TextareaHTMLAttributes } from 'preact'
import { useId } from 'preact/hooks'

interface FieldProps {
  label: string
  value: string
  onInput: (value: string) => void
  hint?: string
  type?: 'text' | 'password' | 'datetime-local'
  isLong?: boolean
  isInvalid?: boolean
  placeholder?: string
}

/** A labelled text field; `isLong` gives it several lines. */
export function Field({ label, value, onInput, hint, type = 'text', isLong, isInvalid, placeholder }: FieldProps) {
  const id = useId()
  const attributes = {
    id,
    value,
    placeholder,
    autocomplete: 'off',
    spellcheck: false,
    'aria-invalid': isInvalid === true,
    'aria-describedby': hint === undefined ? undefined : `${id}-hint`,
    onInput: (event: { currentTarget: HTMLInputElement | HTMLTextAreaElement }) => onInput(event.currentTarget.value),
  }
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {isLong ? (
        <textarea rows={4} {...attributes} />
      ) : (
        <Input type={type} step={type === 'datetime-local' ? 1 : undefined} {...attributes} />
      )}
      {hint && (
        <p class="hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
    </div>
  )
}

type InputProps = Omit<TextareaHTMLAttributes<HTMLInputElement>, 'type'> & { type: string; step: number | undefined }

// The types of Preact tell inputs apart by literal types.
const Input = (attributes: InputProps) => h('input', attributes as InputHTMLAttributes<HTMLInputElement>)

interface SelectProps {
  label: string
  value: string
  /** Values, or pairs of value and text. */
  options: readonly (string | readonly [value: string, text: string])[]
  onChange: (value: string) => void
  /** Shows the label only to screen readers. */
  isLabelHidden?: boolean
  isDisabled?: boolean
}

export function Select({ label, value, options, onChange, isLabelHidden, isDisabled }: SelectProps) {
  const id = useId()
  return (
    <div class="field">
      <label for={id} class={isLabelHidden ? 'visually-hidden' : undefined}>
        {label}
      </label>
      <select id={id} disabled={isDisabled} value={value} onChange={(event) => onChange(event.currentTarget.value)}>
        {options.map((option) => {
          const [key, text] = typeof option === 'string' ? [option, option] : option
          return (
            <option key={key} value={key} selected={key === value}>
              {text}
            </option>
          )
        })}
      </select>
    </div>
  )
}
