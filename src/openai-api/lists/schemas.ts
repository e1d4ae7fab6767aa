import * as Type from 'typebox'
import { component, Nullable, Ref } from '../../schema/typebox.ts'
import { defaultLimit } from './pages.ts'

/** The component of a page of objects; `objects` is their plural for descriptions. */
export const listComponent = <Item extends Type.TSchema & { $id: string }>(id: string, item: Item, objects: string) => {
  const object = objects.replace(/s$/, '')
  return component(
    id,
    {
      object: Type.Literal('list', { description: 'The type of the object.' }),
      data: Type.Array(Ref(item), { description: `The ${objects} of this page, in order.` }),
      first_id: Nullable(Type.String(), {
        description: `The ID of the first ${object} in \`data\`; null if \`data\` is empty.`,
      }),
      last_id: Nullable(Type.String(), {
        description: `The ID of the last ${object} in \`data\`, the cursor of the next page; null if \`data\` is empty.`,
      }),
      has_more: Type.Boolean({ description: `Whether there are more ${objects} after this page.` }),
    },
    { description: `A page of ${objects}.` },
  )
}

/** The query parameters of a page; `objects` is the plural of what the list has. */
export const pageParameters = (objects: string) => {
  const object = objects.replace(/s$/, '')
  return {
    after: Type.Optional(
      Type.String({ description: `A cursor: the ID of the ${object} before the page. An empty cursor is ignored.` }),
    ),
    limit: Type.Optional(
      Type.Integer({ default: defaultLimit, description: `Maximum number of ${objects}, clamped to 1..100.` }),
    ),
  }
}
