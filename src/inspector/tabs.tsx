import { capitalize, formatCount } from './common/format.ts'
import { journal } from './state/journal.ts'
import { keyList } from './state/keys.ts'
import { href, type Panel, panels, route } from './state/route.ts'
import { faultList } from './state/sandbox.ts'

/** Returns how many items each panel has, where that is known and says something. */
function itemCounts(): Partial<Record<Panel, number | undefined>> {
  const counts = keyList.page.value?.counts
  return {
    keys: counts && counts.active + counts.expiring + counts.expired,
    requests: journal.value.length,
    faults: faultList.value?.length,
  }
}

export function Tabs() {
  const counts = itemCounts()
  return (
    <div role="tablist" aria-label="Panels" class="tabs">
      {panels.map((panel) => {
        const isSelected = route.value.panel === panel
        const count = counts[panel]
        return (
          <a
            key={panel}
            role="tab"
            id={`tab-${panel}`}
            href={href({ panel, id: undefined, query: isSelected ? route.value.query : {} })}
            aria-selected={isSelected}
            aria-controls="panel"
          >
            {capitalize(panel)}
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
