// What is plugged in and not used yet; a supervisor says what each thing is for. Part of device-check.tsx.
import { Button } from '#renderer/parts/button.tsx'
import { CallTrouble } from '#renderer/parts/call-trouble.tsx'
import { useText } from '#renderer/parts/language.tsx'
import { useTerminal } from '#renderer/parts/terminal.tsx'
import type { DeviceKind, FoundDevice } from '#rpc/devices.ts'
import { useMutation, useQuery } from '@tanstack/react-query'
import { Plus } from 'lucide-react'
import { KIND_ICONS, troubleWords } from './device-words.ts'
import styles from './found-list.module.css'

/** Looking takes the computer a moment. */
const POLL_MS = 4000
/** More would be guesses. */
const USES_SHOWN = 2

type FoundListProps = { readonly isSupervisor: boolean; readonly onUsed: () => void }

export function FoundList({ isSupervisor, onUsed }: FoundListProps) {
  const text = useText()
  const client = useTerminal()
  const found = useQuery({
    queryKey: ['devices-found'],
    queryFn: () => client.devices.found(),
    refetchInterval: POLL_MS,
    retry: false,
  })
  const use = useMutation({
    mutationFn: (wish: { identity: string; as: DeviceKind }) => client.devices.use(wish),
    onSettled: () => {
      void found.refetch()
      onUsed()
    },
  })
  const devices = found.data?.devices ?? []
  return (
    <section className={styles.card} aria-labelledby="found-title" data-testid="found">
      <h2 id="found-title" className={styles.title}>
        {text('check.found')}
      </h2>
      {devices.length > 0 ? null : (
        <p className={styles.none}>{text(found.isPending ? 'check.foundAsking' : 'check.foundNone')}</p>
      )}
      <ul className={styles.list}>
        {devices.map((device) => (
          <Found
            key={device.identity}
            device={device}
            onUse={
              isSupervisor && !use.isPending
                ? (as) => use.mutate({ identity: device.identity, as })
                : undefined
            }
          />
        ))}
      </ul>
      {(found.data?.troubles ?? []).map((trouble) => (
        <p key={trouble.message} className={styles.none}>
          {troubleWords(trouble, text).what} {trouble.message}
        </p>
      ))}
      {found.isError ? <CallTrouble error={found.error} /> : null}
      {use.isError ? <CallTrouble error={use.error} /> : null}
    </section>
  )
}

type FoundProps = { readonly device: FoundDevice; readonly onUse: ((as: DeviceKind) => void) | undefined }

function Found({ device, onUse }: FoundProps) {
  const text = useText()
  const Icon = KIND_ICONS[device.kind]
  const trouble = device.trouble === null ? null : troubleWords(device.trouble, text)
  return (
    <li className={styles.row} data-testid="found-device">
      <Icon aria-hidden size={22} className={styles.icon} />
      <div className={styles.words}>
        <p className={styles.name}>{device.label}</p>
        <p className={styles.address}>{device.address}</p>
        {trouble === null ? null : (
          <p className={styles.address}>
            <strong>{trouble.what}</strong> {trouble.act}
          </p>
        )}
        {onUse === undefined ? null : (
          <div className={styles.uses}>
            {device.uses.slice(0, USES_SHOWN).map((as) => {
              const kind = text(`check.kind.${as}`)
              return (
                <Button
                  key={as}
                  icon={Plus}
                  label={text('check.useAsOf', { name: device.label, kind })}
                  onPress={() => onUse(as)}
                >
                  {text('check.useAs', { kind })}
                </Button>
              )
            })}
          </div>
        )}
      </div>
    </li>
  )
}
