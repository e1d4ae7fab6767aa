import * as Type from 'typebox'
import { component, Ref, UnixTime } from '../../schema/typebox.ts'

export const Model = component(
  'Model',
  {
    id: Type.String({ description: 'The ID of the model.', examples: ['gpt-5'] }),
    object: Type.Literal('model', { description: 'The type of the object.' }),
    created: UnixTime('When the model was created, in Unix seconds.', 1711471533),
    owned_by: Type.String({ description: 'The organization that owns the model.', examples: ['openai'] }),
  },
  { description: 'A model. It cannot be called.' },
)
export type Model = Type.Static<typeof Model>

export const ModelList = component(
  'ListModelsResponse',
  {
    object: Type.Literal('list', { description: 'The type of the object.' }),
    data: Type.Array(Ref(Model), { description: 'The models.' }),
  },
  { description: 'All models.' },
)
export type ModelList = Type.Static<typeof ModelList>
