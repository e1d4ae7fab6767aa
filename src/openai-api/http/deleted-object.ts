import * as Type from 'typebox'

/** The response to a deletion; `noun` is what was deleted. */
export const DeletedObject = <const ObjectType extends string>(object: ObjectType, noun: string) =>
  Type.Object(
    {
      object: Type.Literal(object, { description: 'The type of the object.' }),
      id: Type.String({ description: `The ID of the ${noun} that was deleted.` }),
      deleted: Type.Literal(true, { description: 'Always true.' }),
    },
    { description: 'Confirms a deletion.' },
  )
