// One device of the till: what it is, how it is in shape, colour and words, what to do, and what can be asked of it. Part of
// device-check.tsx.
import { Button } from '#renderer/parts/button.tsx'
import { CallTrouble } from '#renderer/parts/call-trouble.tsx'
import { classNames } from '#renderer/parts/class-names.ts'
import { formatIstTime } from '#renderer/parts/ist.ts'
import { useText } from '#renderer/parts/language.tsx'
import { StatusMark } from '#renderer/parts/status-mark.tsx'
import { useTerminal } from '#renderer/parts/terminal.tsx'
import type { Device } from '#rpc/devices.ts'
import { useMutation } from '@tanstack/react-query'
import { Landmark, ListOrdered, Pencil, Play, Trash2 } from 'lucide-react'
import type { DeviceAct } from './device-check.tsx'
import { deviceName, DEVICE_TONES, KIND_ICONS, troubleWords } from './device-words.ts'
import styles from './device-card.module.css'

type DeviceCardProps = {
  readonly device: Device
  readonly isSupervisor: boolean
  readonly isSignedIn: boolean
  readonly onAct: (act: DeviceAct) => void
  readonly onTested: () => void
}

export function DeviceCard({ device, isSupervisor, isSignedIn, onAct, onTested }: DeviceCardProps) {
  const text = useText()
  const client = useTerminal()
  const test = useMutation({
    mutationFn: () => client.devices.test({ id: device.id }),
    onSettled: onTested,
  })
  const { kind, tone } = device
  const name = deviceName(device, text)
  const Icon = KIND_ICONS[kind]
  const trouble = device.trouble === null ? null : troubleWords(device.trouble, text)
  return (
    <li
      className={classNames(styles.card, styles[tone])}
      data-testid="device"
      data-kind={kind}
      data-tone={tone}
    >
      <div className={styles.head}>
        <span className={styles.icon}>
          <Icon aria-hidden size={26} />
        </span>
        <div className={styles.names}>
          <h2 className={styles.name}>{name}</h2>
          <p className={styles.address}>
            {name === text(`check.kind.${kind}`) ? null : `${text(`check.kind.${kind}`)} · `}
            {kind === 'drawer' ? `${text('check.drawerThrough')} ` : null}
            <span className={styles.code}>
              {kind === 'drawer'
                ? deviceName({ name: device.address, kind: 'printer' }, text)
                : device.address}
            </span>
          </p>
        </div>
        <StatusMark tone={DEVICE_TONES[tone]} className={styles.state}>
          {text(`check.state.${device.state}`)}
        </StatusMark>
      </div>
      {trouble === null ? null : (
        <p className={styles.trouble} data-testid="device-trouble">
          <strong>{trouble.what}</strong> {trouble.act}
        </p>
      )}
      {device.state === 'not_open' ? <p className={styles.hint}>{text('check.screenHint')}</p> : null}
      {test.isError ? <CallTrouble error={test.error} /> : null}
      <div className={styles.foot}>
        <p className={styles.seen} aria-live="polite">
          {test.isSuccess ? (
            <span data-testid="device-tested">
              {text('check.tested', { state: text(`check.state.${test.data.state}`) })}
            </span>
          ) : device.lastSeenAtMs === null ? (
            text(kind === 'drawer' ? 'check.drawerHint' : 'check.neverSeen')
          ) : (
            text('check.lastSeen', { time: formatIstTime(device.lastSeenAtMs) })
          )}
        </p>
        <div className={styles.acts}>
          {device.canTest ? (
            <Button
              kind="deep"
              icon={Play}
              isBusy={test.isPending}
              label={text('check.testOf', { name })}
              onPress={() => test.mutate()}
              testId="device-test"
            >
              {text(test.isPending ? 'check.testing' : 'check.test')}
            </Button>
          ) : null}
          <Button
            icon={ListOrdered}
            label={text('check.eventsOf', { name })}
            onPress={() => onAct('events')}
            testId="device-events"
          >
            {text('check.events')}
          </Button>
          {isSignedIn && device.canEndDay ? (
            <Button
              icon={Landmark}
              label={text('dayEnd.actOf', { name })}
              onPress={() => onAct('endDay')}
              testId="device-end-day"
            >
              {text('dayEnd.act')}
            </Button>
          ) : null}
          {isSupervisor && device.canRename ? (
            <Button
              icon={Pencil}
              label={text('check.renameOf', { name })}
              onPress={() => onAct('rename')}
              testId="device-rename"
            >
              {text('check.rename')}
            </Button>
          ) : null}
          {isSupervisor && device.canRemove ? (
            <Button
              icon={Trash2}
              label={text('check.removeOf', { name })}
              onPress={() => onAct('remove')}
              testId="device-remove"
            >
              {text('check.remove')}
            </Button>
          ) : null}
        </div>
      </div>
    </li>
  )
}
