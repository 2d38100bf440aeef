// Saves what helps somebody far away to see what is wrong with this till. Part of device-check.tsx.
import { saveFile } from '#renderer/faces/counter/save-file.ts'
import { Button } from '#renderer/parts/button.tsx'
import { CallTrouble } from '#renderer/parts/call-trouble.tsx'
import { useText } from '#renderer/parts/language.tsx'
import { StatusMark } from '#renderer/parts/status-mark.tsx'
import { useTerminal } from '#renderer/parts/terminal.tsx'
import { useMutation } from '@tanstack/react-query'
import { Download } from 'lucide-react'
import styles from './device-check.module.css'

export function SupportFile() {
  const text = useText()
  const client = useTerminal()
  const bundle = useMutation({ mutationFn: () => client.devices.bundle(), onSuccess: saveFile })
  return (
    <>
      {bundle.isError ? <CallTrouble error={bundle.error} /> : null}
      {bundle.isSuccess ? (
        <StatusMark tone="ok" className={styles.saved}>
          <span data-testid="bundle-saved">{text('check.bundleSaved', { name: bundle.data.fileName })}</span>
        </StatusMark>
      ) : null}
      <Button
        icon={Download}
        isBusy={bundle.isPending}
        onPress={() => bundle.mutate()}
        testId="bundle"
        className={styles.bundle}
      >
        {text(bundle.isPending ? 'check.bundleMaking' : 'check.bundle')}
      </Button>
    </>
  )
}
