/** What a header can carry, and so what a key's value or an organization's id may be; for JSON Schema too. */
export const headerTextPattern = '^[!-~]([ -~]*[!-~])?$'

/** The same in words, after "must be". */
export const headerTextRule = 'printable ASCII without a blank at either end'
