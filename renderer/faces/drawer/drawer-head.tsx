// The head of every view of the drawer: what it is, and the way back.
import { Button } from '#renderer/parts/button.tsx'
import { useText } from '#renderer/parts/language.tsx'
import { ArrowLeft } from 'lucide-react'
import styles from './drawer.module.css'

type HeadProps = { readonly title: string; readonly onBack: () => void; readonly isDisabled?: boolean }

export function Head({ title, onBack, isDisabled = false }: HeadProps) {
  const text = useText()
  return (
    <div className={styles.head}>
      <h1 className={styles.title}>{title}</h1>
      <Button icon={ArrowLeft} chord="Escape" isDisabled={isDisabled} onPress={onBack} testId="drawer-back">
        {text('act.back')}
      </Button>
    </div>
  )
}
