/** The JSON text of a value with that shape. */
export type Json<Shape> = string & { readonly shape?: Shape }

export const toJson = <Shape>(value: Shape): Json<Shape> => JSON.stringify(value)

export const fromJson = <Shape>(text: Json<Shape>): Shape => JSON.parse(text)
