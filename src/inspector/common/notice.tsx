import { notice } from '../state/notice.ts'

export const Notice = () => (
  <div role="status" class={`notice${notice.value?.isError ? ' error' : ''}`}>
    {notice.value?.text}
  </div>
)
