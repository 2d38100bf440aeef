// F3: who hands over the money, the owner on the bill or somebody else, and a mobile number if they want to give one.
import { Button } from '#renderer/parts/button.tsx'
import { Dialog } from '#renderer/parts/dialog.tsx'
import { Field } from '#renderer/parts/field.tsx'
import { useText } from '#renderer/parts/language.tsx'
import { useState } from 'react'
import { Label, Radio, RadioGroup } from 'react-aria-components'
import type { Cart } from './cart.ts'
import { isMobileOrEmpty, isPayerName, mobileDigits, plainName, type PayerChoice } from './payer-choice.ts'
import styles from './payer-dialog.module.css'

type PayerDialogProps = {
  readonly cart: Cart
  readonly onChoose: (payer: PayerChoice) => void
  readonly onClose: () => void
}

export function PayerDialog({ cart, onChoose, onClose }: PayerDialogProps) {
  const text = useText()
  const owner = plainName(cart.lines[0]?.found.bill.payerName ?? '')
  const [choice, setChoice] = useState<PayerChoice>({
    ...cart.payer,
    isOwner: cart.payer.isOwner && owner !== '',
  })
  const [hasTried, setTried] = useState(false)
  const isNameRight = choice.isOwner || isPayerName(choice.name.trim())
  const isMobileRight = isMobileOrEmpty(choice.mobile)
  const save = () => {
    setTried(true)
    if (isNameRight && isMobileRight) onChoose(choice)
  }
  const footer = (
    <>
      <span />
      <Button kind="primary" chord="Enter" onPress={save} testId="save-payer">
        {text('payer.save')}
      </Button>
    </>
  )
  return (
    <Dialog title={text('payer.title')} onClose={onClose} footer={footer} bindings={{ Enter: save }}>
      <div className={styles.form}>
        <RadioGroup
          value={choice.isOwner ? 'owner' : 'other'}
          onChange={(value) => setChoice({ ...choice, isOwner: value === 'owner' })}
          className={styles.group ?? ''}
        >
          <Label className={styles.label ?? ''}>{text('payer.who')}</Label>
          <Radio value="owner" isDisabled={owner === ''} className={styles.radio ?? ''}>
            <span className={styles.dot} />
            <span>{owner === '' ? text('payer.ownerUnknown') : text('payer.owner', { name: owner })}</span>
          </Radio>
          <Radio value="other" className={styles.radio ?? ''}>
            <span className={styles.dot} />
            <span>{text('payer.other')}</span>
          </Radio>
        </RadioGroup>
        {choice.isOwner ? null : (
          <Field
            label={text('payer.name')}
            hint={text('payer.nameHint')}
            value={choice.name}
            onChange={(name) => setChoice({ ...choice, name })}
            error={hasTried && !isNameRight ? text('problem.payer_name_invalid') : null}
            maxLength={100}
            testId="payer-name"
          />
        )}
        <Field
          label={text('payer.mobile')}
          hint={text('payer.mobileHint')}
          value={choice.mobile}
          onChange={(mobile) => setChoice({ ...choice, mobile: mobileDigits(mobile) })}
          error={hasTried && !isMobileRight ? text('problem.mobile_invalid') : null}
          kind="digits"
          testId="payer-mobile"
        />
      </div>
    </Dialog>
  )
}
