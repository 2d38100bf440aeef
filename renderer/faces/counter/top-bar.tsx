// The head of every counter screen: whose till this is, where one can go, how the devices are, language and lock.
import { formatInr } from '#contract/money.ts'
import { DemoBand } from '#renderer/faces/devices/virtual-open.tsx'
import { Button } from '#renderer/parts/button.tsx'
import { classNames } from '#renderer/parts/class-names.ts'
import { formatIstTime } from '#renderer/parts/ist.ts'
import { LanguageSwitch, useDateText, useText } from '#renderer/parts/language.tsx'
import { isMuted, setMuted } from '#renderer/parts/sound.ts'
import { StatusMark } from '#renderer/parts/status-mark.tsx'
import type { Tone } from '#renderer/parts/tone.ts'
import { useNow, useStatus } from '#renderer/parts/terminal.tsx'
import type { TextKey } from '#renderer/text/catalog.ts'
import type { TerminalStatus } from '#rpc/procedures.ts'
import {
  Banknote,
  ClipboardCheck,
  House,
  Keyboard,
  Landmark,
  ListChecks,
  Lock,
  Printer,
  ReceiptText,
  Scale,
  Volume2,
  VolumeX,
} from 'lucide-react'
import { useState } from 'react'
import { Button as AriaButton } from 'react-aria-components'
import type { Screen } from './counter-state.ts'
import styles from './top-bar.module.css'

type TopBarProps = {
  readonly at: Screen['at']
  readonly isMoving: boolean
  readonly onHome: () => void
  readonly onReceipts: () => void
  readonly onQueue: () => void
  /** Only supervisors see the way there. */
  readonly onExceptions: () => void
  readonly onReadiness: () => void
  readonly onDevices: () => void
  readonly onShift: () => void
  readonly onLock: () => void
  readonly onHelp: () => void
}

export function TopBar(props: TopBarProps) {
  const text = useText()
  const { queue, operator } = useStatus()
  const waiting = queue.waitingCount + queue.attentionCount
  const isHome = props.at === 'home' || props.at === 'tender' || props.at === 'done'
  const tab = (place: { isHere: boolean; onPress: () => void; word: string; icon: typeof House }) => (
    <AriaButton
      {...(place.isHere ? { 'aria-current': 'page' as const } : {})}
      isDisabled={props.isMoving}
      onPress={place.onPress}
      className={classNames(styles.tab, place.isHere && styles.here)}
    >
      <place.icon aria-hidden size={20} />
      <span>{place.word}</span>
    </AriaButton>
  )
  return (
    <header className={styles.bar}>
      <BrandRow>
        <ReadinessButton
          isHere={props.at === 'readiness'}
          isDisabled={props.isMoving}
          onPress={props.onReadiness}
        />
        <DevicesButton
          isHere={props.at === 'devices'}
          isDisabled={props.isMoving}
          onPress={props.onDevices}
        />
        <HeadButton
          isHere={false}
          isDisabled={props.isMoving}
          onPress={props.onLock}
          icon={Lock}
          word="act.lock"
        />
      </BrandRow>
      <div className={styles.row}>
        <nav aria-label={text('nav.label')} className={styles.nav}>
          {tab({
            isHere: isHome,
            onPress: props.onHome,
            word: text('nav.counter'),
            icon: House,
          })}
          {tab({
            isHere: props.at === 'receipts',
            onPress: props.onReceipts,
            word: text('nav.receipts'),
            icon: ReceiptText,
          })}
          {tab({
            isHere: props.at === 'queue',
            onPress: props.onQueue,
            word: text('nav.queue', { count: waiting }),
            icon: ListChecks,
          })}
          {operator?.role === 'supervisor'
            ? tab({
                isHere: props.at === 'exceptions',
                onPress: props.onExceptions,
                word: text('nav.exceptions'),
                icon: Scale,
              })
            : null}
        </nav>
        <DeviceChips />
        <ShiftButton isHere={props.at === 'shift'} isDisabled={props.isMoving} onPress={props.onShift} />
        <SoundSwitch />
        <Button kind="quiet" icon={Keyboard} chord="F1" onPress={props.onHelp}>
          {text('act.keys')}
        </Button>
      </div>
    </header>
  )
}

type WayProps = {
  readonly isHere: boolean
  readonly isDisabled?: boolean
  readonly onPress: () => void
}

/** The way to the readiness card, in the head of every screen. */
export function ReadinessButton(props: WayProps) {
  return <HeadButton {...props} icon={ClipboardCheck} word="nav.readiness" testId="readiness-open" />
}

/** The way to the device check, beside the one to the readiness card. */
export function DevicesButton(props: WayProps) {
  return <HeadButton {...props} icon={Printer} word="devices.open" testId="devices-open" />
}

type HeadButtonProps = WayProps & {
  readonly icon: typeof House
  readonly word: TextKey
  readonly testId?: string
}

function HeadButton({ isHere, isDisabled = false, onPress, icon: Icon, word, testId }: HeadButtonProps) {
  const text = useText()
  return (
    <AriaButton
      className={styles.lock ?? ''}
      isDisabled={isDisabled}
      onPress={onPress}
      data-testid={testId}
      {...(isHere ? { 'aria-current': 'page' as const } : {})}
    >
      <Icon aria-hidden size={20} />
      <span>{text(word)}</span>
    </AriaButton>
  )
}

/** The municipality and its till, with the clock and the language: also the head of the screens before signing in. */
export function BrandRow({ children }: { readonly children?: React.ReactNode }) {
  const text = useText()
  const { tenant, deviceCode, shift, operator, isDemo } = useStatus()
  const till = deviceCode === null ? text('till.noNumber') : text('till.number', { code: deviceCode })
  return (
    <div className={styles.brand}>
      <span className={styles.emblem}>
        <Landmark aria-hidden size={26} />
      </span>
      <div className={styles.names}>
        <p className={styles.town}>{tenant?.name ?? text('till.noTenant')}</p>
        <p className={styles.till}>
          <span>{till}</span>
          {shift === null ? null : <span>{text('shift.number', { number: shift.number })}</span>}
          {operator === null ? null : <span>{operator.name}</span>}
        </p>
      </div>
      {isDemo ? <DemoBand /> : null}
      <Clock />
      <LanguageSwitch />
      {children}
    </div>
  )
}

function Clock() {
  const nowMs = useNow()
  const dateText = useDateText()
  return (
    <p className={styles.clock}>
      <time>
        <span className={styles.time}>{formatIstTime(nowMs)}</span>
        <span className={styles.date}>{dateText(nowMs)}</span>
      </time>
    </p>
  )
}

const PRINTERS: Readonly<Record<TerminalStatus['printer']['state'], { tone: Tone; word: TextKey }>> = {
  ready: { tone: 'ok', word: 'printer.ready' },
  not_ready: { tone: 'warn', word: 'printer.not_ready' },
  unreachable: { tone: 'warn', word: 'printer.unreachable' },
  unknown: { tone: 'unknown', word: 'printer.unknown' },
  absent: { tone: 'off', word: 'printer.absent' },
}

function DeviceChips() {
  const text = useText()
  const { printer, link } = useStatus()
  const shown = PRINTERS[printer.state]
  return (
    <ul className={styles.chips} aria-label={text('devices.label')}>
      <li>
        <StatusMark tone={shown.tone} isChip>
          {text(shown.word)}
        </StatusMark>
      </li>
      <li>
        <StatusMark tone={link.isOnline ? 'ok' : 'warn'} isChip>
          {text(link.isOnline ? 'link.online' : 'link.offline')}
        </StatusMark>
      </li>
    </ul>
  )
}

/** The way to the shift and its drawer, with the cash in it; not while the drawer is counted. */
function ShiftButton({ isHere, isDisabled = false, onPress }: WayProps) {
  const text = useText()
  const { shift } = useStatus()
  if (shift === null) return null
  const amount = formatInr(shift.cashInHandPaise)
  return (
    <AriaButton
      className={classNames(styles.tab, isHere && styles.here)}
      isDisabled={isDisabled}
      onPress={onPress}
      aria-keyshortcuts="Alt+E"
      data-testid="shift-open"
      {...(isHere ? { 'aria-current': 'page' as const } : {})}
    >
      <Banknote aria-hidden size={20} />
      <span>{text('nav.shift')}</span>
      {isHere ? null : <span className={styles.cash}>{text('shift.cashInHand', { amount })}</span>}
    </AriaButton>
  )
}

function SoundSwitch() {
  const text = useText()
  const [isOff, setOff] = useState(isMuted)
  const Icon = isOff ? VolumeX : Volume2
  return (
    <AriaButton
      className={styles.sound ?? ''}
      aria-pressed={isOff}
      aria-label={text('act.mute')}
      onPress={() => {
        setMuted(!isOff)
        setOff(!isOff)
      }}
    >
      <Icon aria-hidden size={22} />
    </AriaButton>
  )
}
