import { formatCount } from './common/format.ts'
import { journal } from './state/journal.ts'
import { keyPage } from './state/keys.ts'
import { href, type Panel, panels, route } from './state/route.ts'
import { faultList } from './state/sandbox.ts'

const names: Record<Panel, string> = { keys: 'Keys', requests: 'Requests', faults: 'Faults', behavior: 'Behavior' }

/** Returns how many items a panel has; undefined if that is not known, or says nothing. */
function countOf(panel: Panel): number | undefined {
  if (panel === 'requests') return journal.value.length
  if (panel === 'faults') return faultList.value.value?.length
  if (panel !== 'keys') return undefined
  const counts = keyPage.value.value?.counts
  return counts && counts.active + counts.expiring + counts.expired
}

export function Tabs() {
  return (
    <div role="tablist" aria-label="Panels" class="tabs">
      {panels.map((panel) => {
        const count = countOf(panel)
        const isSelected = route.value.panel === panel
        return (
          <a
            key={panel}
            role="tab"
            id={`tab-${panel}`}
            href={href({ panel, id: undefined, query: isSelected ? route.value.query : {} })}
            aria-selected={isSelected}
            aria-controls="panel"
          >
            {names[panel]}
            {count !== undefined && (
              <span class="count" aria-hidden="true">
                {formatCount(count)}
              </span>
            )}
          </a>
        )
      })}
    </div>
  )
}
