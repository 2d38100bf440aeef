// A labelled field with a hint and words about what is wrong with it. Digits-only fields leave letters to shortcuts.
import type { ReactNode, Ref } from 'react'
import { FieldError, Input, Label, Text, TextField } from 'react-aria-components'
import { classNames } from './class-names.ts'
import { StatusShape } from './status-mark.tsx'
import styles from './field.module.css'

type FieldProps = {
  readonly label: string
  readonly value: string
  readonly onChange: (value: string) => void
  readonly hint?: ReactNode
  readonly error?: string | null
  readonly placeholder?: string
  /** digits: only digits are typed here, letters stay shortcuts. secret: a PIN. */
  readonly kind?: 'text' | 'digits' | 'secret'
  readonly isLabelHidden?: boolean
  readonly isDisabled?: boolean
  readonly maxLength?: number
  readonly prefix?: string
  readonly suffix?: ReactNode
  readonly size?: 'normal' | 'large'
  readonly inputRef?: Ref<HTMLInputElement> | undefined
  readonly onBlur?: () => void
  readonly testId?: string
  readonly className?: string | undefined
}

export function Field({ inputRef, ...props }: FieldProps) {
  const { kind = 'text', error = null, size = 'normal' } = props
  return (
    <TextField
      value={props.value}
      onChange={props.onChange}
      isInvalid={error !== null}
      validationBehavior="aria"
      isDisabled={props.isDisabled ?? false}
      autoComplete={kind === 'secret' ? 'new-password' : 'off'}
      {...(props.onBlur === undefined ? {} : { onBlur: props.onBlur })}
      {...(props.maxLength === undefined ? {} : { maxLength: props.maxLength })}
      className={classNames(styles.field, styles[size], props.className)}
    >
      <Label className={props.isLabelHidden === true ? 'sr-only' : (styles.label ?? '')}>{props.label}</Label>
      <span className={styles.box}>
        {props.prefix === undefined ? null : (
          <span aria-hidden className={styles.prefix}>
            {props.prefix}
          </span>
        )}
        <Input
          {...(inputRef === undefined ? {} : { ref: inputRef })}
          type={kind === 'secret' ? 'password' : 'text'}
          inputMode={kind === 'text' ? 'text' : 'numeric'}
          {...(kind === 'digits' ? { 'data-digits': '' } : {})}
          {...(kind === 'secret' ? { 'data-secret': '' } : {})}
          {...(props.placeholder === undefined ? {} : { placeholder: props.placeholder })}
          data-testid={props.testId}
          spellCheck="false"
          className={styles.input ?? ''}
        />
        {props.suffix}
      </span>
      {props.hint === undefined || props.hint === null ? null : (
        <Text slot="description" className={styles.hint ?? ''}>
          {props.hint}
        </Text>
      )}
      <FieldError className={styles.error ?? ''}>
        <StatusShape tone="error" size={18} />
        <span>{error}</span>
      </FieldError>
    </TextField>
  )
}
