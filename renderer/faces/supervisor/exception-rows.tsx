// The list of what waits, under a heading per kind with its count and sum. One tab stop; arrows go through it.
import type { Exception } from '#contract/exceptions-api.ts'
import { formatInr } from '#contract/money.ts'
import { outcomeOfException } from '#contract/words/outcome-words.ts'
import { ageText } from '#renderer/parts/age-text.ts'
import { useText } from '#renderer/parts/language.tsx'
import { outcomeWordsOf } from '#renderer/parts/payment-words.ts'
import { StatusMark } from '#renderer/parts/status-mark.tsx'
import { useNow } from '#renderer/parts/terminal.tsx'
import { useEffect, useRef } from 'react'
import { Header, ListBox, ListBoxItem, ListBoxSection } from 'react-aria-components'
import { exceptionKey, latenessOf, type GroupedExceptions } from './exception-groups.ts'
import { useExceptionWords } from './exception-words.ts'
import styles from './exception-rows.module.css'

const AGE_STEP_MS = 30_000

type ExceptionRowsProps = {
  readonly groups: readonly GroupedExceptions[]
  readonly chosen: string | null
  readonly onChoose: (key: string) => void
}

export function ExceptionRows({ groups, chosen, onChoose }: ExceptionRowsProps) {
  const text = useText()
  const words = useExceptionWords()
  const list = useRef<HTMLDivElement>(null)
  // Chosen by a scan or by what came next, it may stand outside of what is seen. After the frame in which it also got the focus.
  useEffect(() => {
    if (chosen === null) return
    const frame = window.requestAnimationFrame(() =>
      list.current?.querySelector(`[data-key="${CSS.escape(chosen)}"]`)?.scrollIntoView({ block: 'nearest' }),
    )
    return () => window.cancelAnimationFrame(frame)
  }, [chosen])
  return (
    <ListBox
      ref={list}
      aria-label={text('exceptions.label')}
      selectionMode="single"
      selectionBehavior="replace"
      disallowEmptySelection
      // oxlint-disable-next-line jsx-a11y/no-autofocus -- the list is what the screen is for; arrows work at once
      autoFocus
      selectedKeys={chosen === null ? [] : [chosen]}
      onSelectionChange={(keys) => {
        const [key] = keys === 'all' ? [] : keys
        if (typeof key === 'string') onChoose(key)
      }}
      className={styles.list ?? ''}
    >
      {groups.map(({ group, exceptions, totalPaise }) => (
        <ListBoxSection key={group} id={group} className={styles.group ?? ''}>
          <Header className={styles.header ?? ''} data-testid={`group-${group}`}>
            <span>{text(`exceptionGroup.${group}`)}</span>
            <span className={styles.count}>{text('exceptionGroup.count', { count: exceptions.length })}</span>
            <span className={styles.sum}>{formatInr(totalPaise)}</span>
          </Header>
          {exceptions.map((exception) => (
            <ListBoxItem
              key={exceptionKey(exception)}
              id={exceptionKey(exception)}
              textValue={words(exception).title}
              data-testid="exception-row"
              className={styles.row ?? ''}
            >
              <Row exception={exception} />
            </ListBoxItem>
          ))}
        </ListBoxSection>
      ))}
    </ListBox>
  )
}

function Row({ exception }: { readonly exception: Exception }) {
  const text = useText()
  const nowMs = useNow(AGE_STEP_MS)
  const { title, amount } = useExceptionWords()(exception)
  const { tone, lateSinceMs } = latenessOf(exception, nowMs)
  const [state, ...why] = outcomeWordsOf(text, outcomeOfException(exception))
  const whose = [exception.payerName, exception.consumerCode].filter((word) => word !== null).join(' · ')
  return (
    <>
      <span className={styles.words}>
        <span className={styles.number}>{title}</span>
        {whose === '' ? null : <span>{whose}</span>}
        <span className={styles.small}>{why.length === 0 ? state : why.join(' ')}</span>
        {exception.asked === null ? null : <StatusMark tone="info">{text('exception.oneAgreed')}</StatusMark>}
      </span>
      <span className={styles.side}>
        <span className={exception.amountPaise === null ? styles.small : styles.amount}>{amount}</span>
        <StatusMark tone={tone} className={styles.age}>
          {lateSinceMs === null
            ? text('exception.waits', { age: ageText(text, exception.sinceMs, nowMs) })
            : text('exception.late', { age: ageText(text, lateSinceMs, nowMs) })}
        </StatusMark>
      </span>
    </>
  )
}
