import type { ButtonHTMLAttributes } from 'preact'

type ButtonProps = ButtonHTMLAttributes<HTMLButtonElement> & {
  /** The name, if the content is too short for one. */
  label?: string
}

export const Button = ({ label, ...attributes }: ButtonProps) => (
  <button type="button" aria-label={label} title={label} {...attributes} />
)
