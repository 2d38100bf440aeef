// A supervisor takes a device off this till, after a second look. Opened from device-check.tsx.
import { Button } from '#renderer/parts/button.tsx'
import { CallTrouble } from '#renderer/parts/call-trouble.tsx'
import { Dialog } from '#renderer/parts/dialog.tsx'
import { useText } from '#renderer/parts/language.tsx'
import { useTerminal } from '#renderer/parts/terminal.tsx'
import type { Device } from '#rpc/devices.ts'
import { useMutation } from '@tanstack/react-query'
import { Trash2 } from 'lucide-react'
import { deviceName } from './device-words.ts'

type RemoveDialogProps = { readonly device: Device; readonly onClose: () => void }

export function RemoveDialog({ device, onClose }: RemoveDialogProps) {
  const text = useText()
  const client = useTerminal()
  const remove = useMutation({
    mutationFn: () => client.devices.remove({ id: device.id }),
    onSuccess: onClose,
  })
  return (
    <Dialog
      title={text('check.removeTitle', { name: deviceName(device, text) })}
      onClose={onClose}
      footer={
        <>
          <Button onPress={onClose}>{text('check.keep')}</Button>
          <Button
            kind="deep"
            icon={Trash2}
            isBusy={remove.isPending}
            onPress={() => remove.mutate()}
            testId="remove-do"
          >
            {text('check.removeDo')}
          </Button>
        </>
      }
    >
      <p>{text('check.removeWhat')}</p>
      {remove.isError ? <CallTrouble error={remove.error} /> : null}
    </Dialog>
  )
}
