// A state as shape, colour and word together, so that no colour is ever needed to read it.
import {
  Ban,
  CircleCheck,
  CircleHelp,
  Clock3,
  OctagonX,
  SquareDot,
  TriangleAlert,
  type LucideIcon,
} from 'lucide-react'
import type { ReactNode } from 'react'
import { classNames } from './class-names.ts'
import type { Tone } from './tone.ts'
import styles from './status-mark.module.css'

const SHAPES: Readonly<Record<Tone, LucideIcon>> = {
  ok: CircleCheck,
  error: OctagonX,
  warn: TriangleAlert,
  info: SquareDot,
  wait: Clock3,
  unknown: CircleHelp,
  off: Ban,
}

type StatusMarkProps = {
  readonly tone: Tone
  readonly children: ReactNode
  readonly isChip?: boolean
  readonly className?: string | undefined
}

export function StatusMark({ tone, children, isChip = false, className }: StatusMarkProps) {
  return (
    <span className={classNames(styles.mark, styles[tone], isChip && styles.chip, className)}>
      <StatusShape tone={tone} />
      <span>{children}</span>
    </span>
  )
}

export function StatusShape({ tone, size = 20 }: { readonly tone: Tone; readonly size?: number }) {
  const Shape = SHAPES[tone]
  return (
    <Shape aria-hidden size={size} strokeWidth={2.25} className={classNames(styles.shape, styles[tone])} />
  )
}
