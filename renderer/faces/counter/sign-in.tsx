// Sign in (S2): choose yourself or scan your badge, then the PIN. Also what a locked till shows. Shown by app.tsx.
import { operatorCodeIn } from '#contract/badge.ts'
import type { Problem } from '#contract/problem.ts'
import { Button } from '#renderer/parts/button.tsx'
import { classNames } from '#renderer/parts/class-names.ts'
import { Field } from '#renderer/parts/field.tsx'
import { useKeys, useScan } from '#renderer/parts/keys.tsx'
import { useText } from '#renderer/parts/language.tsx'
import { NumberPad } from '#renderer/parts/number-pad.tsx'
import { PIN_DIGITS_MAX, PIN_DIGITS_MIN, pinDigits } from '#renderer/parts/pin.ts'
import { problemOf } from '#renderer/parts/problem-of.ts'
import { Panel, ProblemDetails, useProblemWords } from '#renderer/parts/problem-panel.tsx'
import { playTone } from '#renderer/parts/sound.ts'
import { useNow, useRefreshStatus, useStatus, useTerminal } from '#renderer/parts/terminal.tsx'
import type { OperatorTile } from '#rpc/procedures.ts'
import { useQuery } from '@tanstack/react-query'
import { LogIn, UserRound } from 'lucide-react'
import { useEffect, useRef, useState } from 'react'
import { Button as AriaButton } from 'react-aria-components'
import { lockSecondsLeft } from './lock-out.ts'
import styles from './sign-in.module.css'
import { Unlock } from './unlock.tsx'

/** `problem` null: the core did not answer. */
type Trouble = { readonly problem: Problem | null; readonly atMs: number; readonly operatorCode: string }

export function SignIn() {
  const text = useText()
  const client = useTerminal()
  const refresh = useRefreshStatus()
  const { nowMs } = useStatus()
  const operators = useQuery({
    queryKey: ['operators'],
    queryFn: () => client.operators.list(),
    refetchInterval: 5000,
  })
  const [code, setCode] = useState('')
  const [pin, setPin] = useState('')
  const [isChecking, setChecking] = useState(false)
  const [trouble, setTrouble] = useState<Trouble | null>(null)
  const [isUnlocked, setUnlocked] = useState(false)
  const [isStrange, setStrange] = useState(false)
  const codeInput = useRef<HTMLInputElement>(null)
  const pinInput = useRef<HTMLInputElement>(null)
  useEffect(() => codeInput.current?.focus(), [])
  const tiles = operators.data ?? []
  const isReady = code.trim() !== '' && pin.length >= PIN_DIGITS_MIN && !isChecking
  const isLocked = isLockedHere(trouble) && trouble?.operatorCode === code.trim()

  const choose = (chosen: string) => {
    setCode(chosen)
    setPin('')
    setTrouble(null)
    setStrange(false)
    setUnlocked(false)
    pinInput.current?.focus()
  }
  const unlocked = () => {
    setTrouble(null)
    setUnlocked(true)
    pinInput.current?.focus()
  }
  const signIn = () => {
    if (code.trim() !== '' && pin === '') return pinInput.current?.focus()
    if (!isReady) return
    setChecking(true)
    setStrange(false)
    setTrouble(null)
    setUnlocked(false)
    client.session
      .signIn({ operatorCode: code.trim(), pin })
      .then(() => refresh())
      .catch((error: unknown) => {
        setTrouble({ problem: problemOf(error), atMs: nowMs, operatorCode: code.trim() })
        playTone('attention')
        pinInput.current?.focus()
      })
      .finally(() => {
        setPin('')
        setChecking(false)
      })
  }
  useKeys({ Enter: signIn })
  useScan((scanned) => {
    const scannedCode = operatorCodeIn(scanned)?.toLowerCase()
    const badge = tiles.find((tile) => tile.code.toLowerCase() === scannedCode)
    setStrange(badge === undefined)
    if (badge === undefined) return playTone('attention')
    playTone('scan')
    choose(badge.code)
  })
  return (
    <main className={styles.screen}>
      <section className={styles.card}>
        <div className={styles.people}>
          <h1 className={styles.title}>{text('signIn.title')}</h1>
          <p>{text('signIn.hint')}</p>
          <ul className={styles.tiles}>
            {tiles.map((tile) => (
              <li key={tile.id}>
                <Tile tile={tile} isChosen={tile.code === code} onPress={() => choose(tile.code)} />
              </li>
            ))}
          </ul>
        </div>
        <div className={styles.entry}>
          <Field
            label={text('signIn.code')}
            value={code}
            onChange={setCode}
            maxLength={32}
            inputRef={codeInput}
            testId="operator-code"
          />
          {isLocked ? null : (
            <Field
              label={text('signIn.pin')}
              kind="secret"
              value={pin}
              onChange={(typed) => setPin(pinDigits(typed))}
              inputRef={pinInput}
              testId="pin"
            />
          )}
          {isStrange ? (
            <Panel tone="warn" title={text('signIn.badgeUnknown')} isAlert testId="badge-unknown">
              <p>{text('signIn.badgeUnknown.act')}</p>
            </Panel>
          ) : null}
          {trouble === null ? null : <SignInTrouble trouble={trouble} onUnlocked={unlocked} />}
          {isUnlocked ? <Panel tone="ok" title={text('unlock.done')} testId="unlocked" /> : null}
          {isLocked ? null : (
            <>
              <NumberPad
                label={text('signIn.pad')}
                onDigits={(digits) => setPin((pin + digits).slice(0, PIN_DIGITS_MAX))}
                onBackspace={() => setPin(pin.slice(0, -1))}
              />
              <Button
                kind="primary"
                size="large"
                icon={LogIn}
                chord="Enter"
                isDisabled={!isReady}
                onPress={signIn}
                testId="sign-in"
              >
                {text(isChecking ? 'signIn.checking' : 'signIn.act')}
              </Button>
            </>
          )}
        </div>
      </section>
    </main>
  )
}

type TileProps = { readonly tile: OperatorTile; readonly isChosen: boolean; readonly onPress: () => void }

function Tile({ tile, isChosen, onPress }: TileProps) {
  const text = useText()
  return (
    <AriaButton
      aria-pressed={isChosen}
      onPress={onPress}
      data-testid="operator-tile"
      className={classNames(styles.tile, isChosen && styles.chosen)}
    >
      <span className={styles.face}>
        <UserRound aria-hidden size={26} />
      </span>
      <span className={styles.tileWords}>
        <span className={styles.name}>{tile.name}</span>
        <span className={styles.role}>
          {tile.code} · {text(`role.${tile.role}`)}
        </span>
      </span>
    </AriaButton>
  )
}

type SignInTroubleProps = { readonly trouble: Trouble; readonly onUnlocked: () => void }

function SignInTrouble({ trouble, onUnlocked }: SignInTroubleProps) {
  const text = useText()
  if (trouble.problem === null) {
    return (
      <Panel tone="warn" title={text('lost.title')} isAlert>
        <p>{text('lost.act')}</p>
      </Panel>
    )
  }
  const { problem, operatorCode } = trouble
  if (isLockedHere(trouble)) return <Unlock {...{ problem, operatorCode, onUnlocked }} />
  return <KnownTrouble problem={trouble.problem} atMs={trouble.atMs} />
}

/** Until a person lifts the lock, not for some minutes: then no PIN helps, and field and number pad are the unlock's. */
function isLockedHere(trouble: Trouble | null): boolean {
  if (trouble?.problem?.code !== 'operator_locked') return false
  return lockSecondsLeft(trouble.problem.data, trouble.atMs, trouble.atMs) === null
}

function KnownTrouble({ problem, atMs }: { readonly problem: Problem; readonly atMs: number }) {
  const text = useText()
  const nowMs = useNow()
  const words = useProblemWords(problem)
  const seconds = problem.code === 'operator_locked' ? lockSecondsLeft(problem.data, atMs, nowMs) : null
  return (
    <Panel tone="error" title={words.what} isAlert testId={`problem-${problem.code}`}>
      {seconds === null ? (
        <ProblemDetails problem={problem} />
      ) : (
        <p data-testid="lock-countdown">
          {seconds > 0
            ? text('signIn.locked', { minutes: Math.floor(seconds / 60), seconds: seconds % 60 })
            : text('signIn.unlocked')}
        </p>
      )}
    </Panel>
  )
}
