import { Button } from '../common/button.tsx'
import { Dialog } from '../common/dialog.tsx'
import { Fact } from '../common/fact.tsx'
import { closeDialog, openDialog } from '../state/dialog.ts'

const shortcuts = {
  '/': 'Filter',
  j: 'Next row',
  k: 'Previous row',
  Enter: 'Open the row',
  Esc: 'Close',
  '?': 'Show these shortcuts',
}

export const openHelp = () =>
  openDialog(() => (
    <Dialog title="Keyboard shortcuts">
      <dl>
        {Object.entries(shortcuts).map(([key, effect]) => (
          <Fact key={key} name={<kbd>{key}</kbd>}>
            {effect}
          </Fact>
        ))}
      </dl>
      <div class="actions">
        <Button onClick={closeDialog}>Close</Button>
      </div>
    </Dialog>
  ))
