// Every button of the faces: named by its act, at least 44 px high, with the key that also presses it.
import type { LucideIcon } from 'lucide-react'
import type { ReactNode } from 'react'
import { Button as AriaButton } from 'react-aria-components'
import { capOf } from './key-map.ts'
import { classNames } from './class-names.ts'
import styles from './button.module.css'

export type ButtonKind = 'primary' | 'deep' | 'plain' | 'quiet'

type ButtonProps = {
  readonly children: ReactNode
  readonly onPress?: () => void
  readonly kind?: ButtonKind
  readonly size?: 'normal' | 'large'
  readonly icon?: LucideIcon
  /** Chord of key-map.ts that does the same. */
  readonly chord?: string
  readonly isDisabled?: boolean
  readonly isBusy?: boolean
  readonly type?: 'button' | 'submit'
  readonly label?: string
  readonly describedBy?: string | undefined
  readonly testId?: string
  readonly className?: string | undefined
}

export function Button(props: ButtonProps) {
  const { children, kind = 'plain', size = 'normal', icon: Icon, chord, type = 'button' } = props
  return (
    <AriaButton
      type={type}
      isDisabled={props.isDisabled ?? false}
      onPress={() => {
        if (props.isBusy !== true) props.onPress?.()
      }}
      {...(props.isBusy === true ? { 'aria-disabled': true } : {})}
      {...(props.label === undefined ? {} : { 'aria-label': props.label })}
      {...(props.describedBy === undefined ? {} : { 'aria-describedby': props.describedBy })}
      {...(chord === undefined ? {} : { 'aria-keyshortcuts': capOf(chord) })}
      data-testid={props.testId}
      className={classNames(
        styles.button,
        styles[kind],
        styles[size],
        props.isBusy === true && styles.busy,
        props.className,
      )}
    >
      {Icon === undefined ? null : (
        <Icon aria-hidden size={size === 'large' ? 24 : 20} className={styles.icon} />
      )}
      <span className={styles.words}>{children}</span>
      {chord === undefined ? null : <KeyCap chord={chord} />}
    </AriaButton>
  )
}

/** The key as printed on a keyboard strip. Read aloud by aria-keyshortcuts instead. */
export function KeyCap({ chord }: { readonly chord: string }) {
  return (
    <kbd aria-hidden className={styles.cap}>
      {capOf(chord)}
    </kbd>
  )
}
