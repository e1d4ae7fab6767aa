/** The JSON text of a value with that shape. */
export type Json<Shape> = string & { readonly shape?: Shape }

export const toJson = <Shape>(value: Shape): Json<Shape> => JSON.stringify(value)

export const fromJson = <Shape>(text: Json<Shape>): Shape => JSON.parse(text)

/** Returns the value of a text that may not be JSON: undefined then. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
