// One virtual device: its faults as switches, what can be done with it, and what it shows. Part of virtual-panel.tsx.
import { CallTrouble } from '#renderer/parts/call-trouble.tsx'
import { classNames } from '#renderer/parts/class-names.ts'
import { useText } from '#renderer/parts/language.tsx'
import { useTerminal } from '#renderer/parts/terminal.tsx'
import { isTextKey, type Text } from '#renderer/text/catalog.ts'
import { VIRTUAL_SCRIPTS, VIRTUAL_TEXT_CHARS_MAX } from '#rpc/device-bounds.ts'
import type { VirtualDevice } from '#rpc/devices.ts'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useId, useState } from 'react'
import { deviceName, KIND_ICONS } from './device-words.ts'
import styles from './virtual-device.module.css'

type Act = VirtualDevice['acts'][number]
type VirtualDeviceCardProps = { readonly device: VirtualDevice; readonly onChanged: () => void }

export function VirtualDeviceCard({ device, onChanged }: VirtualDeviceCardProps) {
  const text = useText()
  const client = useTerminal()
  const { id, kind } = device
  const name = deviceName(device, text)
  const wish = { onSettled: onChanged }
  const fault = useMutation({
    mutationFn: (change: VirtualDevice['faults'][number]) => client.virtual.fault({ id, ...change }),
    ...wish,
  })
  const act = useMutation({
    mutationFn: (done: { act: Act['act']; text: string }) => client.virtual.act({ id, ...done }),
    ...wish,
  })
  const script = useMutation({
    mutationFn: (chosen: NonNullable<VirtualDevice['script']>) =>
      client.virtual.script({ id, script: chosen }),
    ...wish,
  })
  const Icon = KIND_ICONS[kind]
  const problem = fault.error ?? act.error ?? script.error
  return (
    <section className={styles.card} aria-label={name} data-testid="virtual-device" data-kind={kind}>
      <p className={styles.name}>
        <Icon aria-hidden size={22} />
        {name}
      </p>
      {device.lines === null ? null : <PoleLines name={name} lines={device.lines} />}
      {device.script === null ? null : (
        <Script chosen={device.script} onChoose={(chosen) => script.mutate(chosen)} />
      )}
      {device.faults.length === 0 ? null : (
        <fieldset className={styles.faults} aria-label={text('virtual.faults', { name })}>
          {device.faults.map(({ fault: which, isOn }) => (
            <button
              key={which}
              type="button"
              role="switch"
              aria-checked={isOn}
              className={classNames(styles.fault, isOn && styles.on)}
              onClick={() => fault.mutate({ fault: which, isOn: !isOn })}
              data-testid={`fault-${which}`}
            >
              <span aria-hidden className={styles.track} />
              {text(`virtual.fault.${which}`)}
            </button>
          ))}
        </fieldset>
      )}
      <div className={styles.acts}>
        {device.acts.map((each) => (
          <ActRow
            key={each.act}
            name={name}
            act={each}
            onAct={(typed) => act.mutate({ act: each.act, text: typed })}
          />
        ))}
      </div>
      {problem === null ? null : <CallTrouble error={problem} />}
      {kind === 'card_terminal' ? <Steps steps={device.steps} /> : null}
      {kind === 'printer' ? <LastSlip id={id} name={name} number={device.slipNumber} /> : null}
    </section>
  )
}

type PoleLinesProps = { readonly name: string; readonly lines: readonly [string, string] }

function PoleLines({ name, lines }: PoleLinesProps) {
  const text = useText()
  return (
    <section aria-label={text('virtual.linesOf', { name })}>
      <p className={styles.pole} data-testid="virtual-lines">
        {lines.join('\n')}
      </p>
    </section>
  )
}

type ScriptProps = {
  readonly chosen: NonNullable<VirtualDevice['script']>
  readonly onChoose: (script: NonNullable<VirtualDevice['script']>) => void
}

function Script({ chosen, onChoose }: ScriptProps) {
  const text = useText()
  const id = useId()
  return (
    <div className={styles.script}>
      <label htmlFor={id}>{text('virtual.scriptOf')}</label>
      <select
        id={id}
        className={styles.input}
        value={chosen}
        onChange={({ target }) => {
          const script = VIRTUAL_SCRIPTS.find((each) => each === target.value)
          if (script !== undefined) onChoose(script)
        }}
        data-testid="virtual-script"
      >
        {VIRTUAL_SCRIPTS.map((script) => (
          <option key={script} value={script}>
            {text(`virtual.script.${script}`)}
          </option>
        ))}
      </select>
    </div>
  )
}

type ActRowProps = {
  readonly name: string
  readonly act: Act
  readonly onAct: (typed: string) => void
}

function ActRow({ name, act, onAct }: ActRowProps) {
  const text = useText()
  const [typed, setTyped] = useState(act.example)
  return (
    <form
      className={classNames(styles.act, act.hasText && styles.whole)}
      onSubmit={(event) => {
        event.preventDefault()
        if (!act.hasText || typed.trim() !== '') onAct(act.hasText ? typed.trim() : '')
      }}
    >
      {act.hasText ? (
        <textarea
          className={classNames(styles.input, styles.text)}
          rows={1}
          aria-label={text('virtual.textOf', { name })}
          value={typed}
          maxLength={VIRTUAL_TEXT_CHARS_MAX}
          spellCheck="false"
          autoComplete="off"
          onChange={({ target }) => setTyped(target.value)}
          onKeyDown={(event) => {
            if (event.key !== 'Enter') return
            event.preventDefault()
            event.currentTarget.form?.requestSubmit()
          }}
          data-testid={`text-${act.act}`}
        />
      ) : null}
      <button type="submit" className={styles.button} data-testid={`act-${act.act}`}>
        {text(`virtual.act.${act.act}`)}
      </button>
    </form>
  )
}

function Steps({ steps }: { readonly steps: readonly string[] }) {
  const text = useText()
  return (
    <div className={styles.steps}>
      <p className={styles.small}>{text(steps.length === 0 ? 'virtual.noStep' : 'virtual.steps')}</p>
      <ol aria-live="polite">
        {steps.map((step, at) => (
          // oxlint-disable-next-line react/no-array-index-key -- a step may come twice, and none ever moves
          <li key={at} data-testid="virtual-step">
            {stepWords(step, text)}
          </li>
        ))}
      </ol>
    </div>
  )
}

/** What a terminal itself says is shown as it is. */
function stepWords(step: string, text: Text): string {
  const key = `card.step.${step}`
  return isTextKey(key) ? text(key) : step
}

type LastSlipProps = { readonly id: string; readonly name: string; readonly number: number | null }

function LastSlip({ id, name, number }: LastSlipProps) {
  const text = useText()
  const client = useTerminal()
  const slip = useQuery({
    queryKey: ['virtual-slip', id, number],
    queryFn: () => client.virtual.slip({ id }),
    enabled: number !== null,
    retry: false,
    gcTime: 0,
    placeholderData: (before) => before,
  })
  return (
    <>
      <p className={styles.small}>{text(number === null ? 'virtual.noSlip' : 'virtual.slip')}</p>
      {slip.isError ? <CallTrouble error={slip.error} /> : null}
      {number === null || slip.data === undefined ? null : (
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- a longer slip is scrolled, also with keys
        <section className={styles.slip} tabIndex={0} aria-label={text('virtual.slipOf', { name })}>
          <img
            src={slip.data.dataUrl}
            alt={text('virtual.slipOf', { name })}
            data-testid="virtual-slip"
            data-number={number}
          />
        </section>
      )}
    </>
  )
}
