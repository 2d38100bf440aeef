// Closes the day of the card terminal after a second look, and shows what it told. Opened from device-check.tsx.
import { Button } from '#renderer/parts/button.tsx'
import { CallTrouble } from '#renderer/parts/call-trouble.tsx'
import { Dialog } from '#renderer/parts/dialog.tsx'
import { useText } from '#renderer/parts/language.tsx'
import { StatusMark } from '#renderer/parts/status-mark.tsx'
import { useTerminal } from '#renderer/parts/terminal.tsx'
import type { DayEnd } from '#rpc/day-end.ts'
import type { Device } from '#rpc/devices.ts'
import { useMutation } from '@tanstack/react-query'
import { Landmark } from 'lucide-react'
import { deviceName } from './device-words.ts'
import styles from './day-end-dialog.module.css'

type DayEndDialogProps = { readonly device: Device; readonly onClose: () => void }

export function DayEndDialog({ device, onClose }: DayEndDialogProps) {
  const text = useText()
  const client = useTerminal()
  const end = useMutation({ mutationFn: () => client.devices.endDay({ id: device.id }) })
  const name = deviceName(device, text)
  if (end.isSuccess) {
    return (
      <Dialog
        title={text('dayEnd.doneTitle', { name })}
        onClose={onClose}
        footer={
          <Button kind="deep" onPress={onClose} testId="day-end-close">
            {text('dayEnd.close')}
          </Button>
        }
      >
        <Told told={end.data} />
      </Dialog>
    )
  }
  return (
    <Dialog
      title={text('dayEnd.title', { name })}
      onClose={onClose}
      footer={
        <>
          <Button onPress={onClose}>{text('dayEnd.notNow')}</Button>
          <Button
            kind="deep"
            icon={Landmark}
            isBusy={end.isPending}
            onPress={() => end.mutate()}
            testId="day-end-do"
          >
            {text(end.isPending ? 'dayEnd.doing' : 'dayEnd.do')}
          </Button>
        </>
      }
    >
      <p>{text('dayEnd.what')}</p>
      {end.isError ? <CallTrouble error={end.error} /> : null}
    </Dialog>
  )
}

const TONES = { done: 'ok', refused: 'warn', unknown: 'unknown' } as const
const SLIP_WORDS = {
  printed: 'slip.printed',
  failed: 'slip.notPrinted',
  unknown: 'slip.unknown',
} as const

function Told({ told }: { readonly told: DayEnd }) {
  const text = useText()
  const { state, said, lines, slip } = told
  return (
    <div className={styles.told} data-testid="day-end-told" data-state={state}>
      <StatusMark tone={TONES[state]}>{text(`dayEnd.${state}`)}</StatusMark>
      {said === null ? null : <p>{text('dayEnd.refusedAct', { words: `${said.words} (${said.code})` })}</p>}
      {state === 'unknown' ? <p>{text('dayEnd.unknownAct')}</p> : null}
      {lines.length === 0 ? null : (
        <section className={styles.lines} aria-label={text('dayEnd.lines')} data-testid="day-end-lines">
          {lines.join('\n')}
        </section>
      )}
      {slip.state === 'none' ? null : (
        <StatusMark tone={slip.state === 'printed' ? 'ok' : 'warn'}>
          {text(SLIP_WORDS[slip.state])}
        </StatusMark>
      )}
    </div>
  )
}
