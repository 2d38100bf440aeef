// The code and the PIN of the person who agrees to something at a till where another one is signed in. The caller keeps the PIN only until it
// is sent. Used by drawer, cards and decisions.
import type { Ref } from 'react'
import { Field } from './field.tsx'
import { CODE_CHARS_MAX, pinDigits } from './pin.ts'

export type CodeAndPin = { readonly code: string; readonly pin: string }

type CodeAndPinFieldsProps = {
  readonly labels: CodeAndPin
  readonly value: CodeAndPin
  readonly onChange: (value: CodeAndPin) => void
  /** What is wrong with them. */
  readonly errors?: { readonly code: string | null; readonly pin: string | null }
  readonly isCodeDisabled: boolean
  readonly isPinDisabled: boolean
  readonly codeInput?: Ref<HTMLInputElement>
  readonly pinInput?: Ref<HTMLInputElement>
  /** Before `-code` and `-pin`. */
  readonly testId: string
}

export function CodeAndPinFields({
  labels,
  value,
  onChange,
  errors,
  testId,
  ...props
}: CodeAndPinFieldsProps) {
  return (
    <>
      <Field
        label={labels.code}
        value={value.code}
        onChange={(code) => onChange({ ...value, code })}
        error={errors?.code ?? null}
        maxLength={CODE_CHARS_MAX}
        isDisabled={props.isCodeDisabled}
        inputRef={props.codeInput}
        testId={`${testId}-code`}
      />
      <Field
        label={labels.pin}
        kind="secret"
        value={value.pin}
        onChange={(typed) => onChange({ ...value, pin: pinDigits(typed) })}
        error={errors?.pin ?? null}
        isDisabled={props.isPinDisabled}
        inputRef={props.pinInput}
        testId={`${testId}-pin`}
      />
    </>
  )
}
