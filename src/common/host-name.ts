const label = /^[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?$/i

/** Whether a text is a name of DNS, without the dot of the root: labels of 1 to 63, 253 characters in all. */
export const isHostName = (text: string): boolean =>
  text.length <= 253 && text.split('.').every((each) => label.test(each))
