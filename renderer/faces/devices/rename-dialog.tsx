// A supervisor gives a device a name that people at this counter know. Opened from device-check.tsx.
import { Button } from '#renderer/parts/button.tsx'
import { CallTrouble } from '#renderer/parts/call-trouble.tsx'
import { Dialog } from '#renderer/parts/dialog.tsx'
import { Field } from '#renderer/parts/field.tsx'
import { useText } from '#renderer/parts/language.tsx'
import { useTerminal } from '#renderer/parts/terminal.tsx'
import { DEVICE_NAME_CHARS_MAX } from '#rpc/device-bounds.ts'
import type { Device } from '#rpc/devices.ts'
import { useMutation } from '@tanstack/react-query'
import { Check } from 'lucide-react'
import { useEffect, useRef, useState } from 'react'
import { deviceName } from './device-words.ts'

type RenameDialogProps = { readonly device: Device; readonly onClose: () => void }

export function RenameDialog({ device, onClose }: RenameDialogProps) {
  const text = useText()
  const client = useTerminal()
  const [name, setName] = useState(deviceName(device, text).slice(0, DEVICE_NAME_CHARS_MAX))
  const input = useRef<HTMLInputElement>(null)
  useEffect(() => input.current?.select(), [])
  const rename = useMutation({
    mutationFn: (wanted: string) => client.devices.rename({ id: device.id, name: wanted }),
    onSuccess: onClose,
  })
  const wanted = name.trim()
  const act = () => {
    if (wanted !== '' && !rename.isPending) rename.mutate(wanted)
  }
  return (
    <Dialog
      title={text('check.renameOf', { name: deviceName(device, text) })}
      onClose={onClose}
      bindings={{ Enter: act }}
      footer={
        <Button
          kind="primary"
          icon={Check}
          chord="Enter"
          isDisabled={wanted === ''}
          isBusy={rename.isPending}
          onPress={act}
          testId="rename-do"
        >
          {text('check.renameDo')}
        </Button>
      }
    >
      <Field
        label={text('check.newName')}
        value={name}
        onChange={setName}
        maxLength={DEVICE_NAME_CHARS_MAX}
        inputRef={input}
        testId="rename-name"
      />
      {rename.isError ? <CallTrouble error={rename.error} /> : null}
    </Dialog>
  )
}
