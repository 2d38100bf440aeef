// The till is enrolled and the office has not let it in yet: six digits to read out, and nothing to press. Goes on by itself when the
// status says so. Shown by app.tsx.
import { useText } from '#renderer/parts/language.tsx'
import { StatusShape } from '#renderer/parts/status-mark.tsx'
import { useStatus } from '#renderer/parts/terminal.tsx'
import styles from './waiting-approval.module.css'

export function WaitingApproval({ digits }: { readonly digits: string }) {
  const text = useText()
  const { link, version } = useStatus()
  return (
    <main className={styles.screen}>
      <section className={styles.card} aria-live="polite" data-testid="waiting-approval">
        <StatusShape tone="info" size={64} />
        <h1 className={styles.title}>{text('enrolment.title')}</h1>
        <p className={styles.tell}>{text('enrolment.tell')}</p>
        <p className={styles.digits} aria-hidden="true" data-testid="enrolment-digits">
          {digits.slice(0, 3)} {digits.slice(3)}
        </p>
        <p className="sr-only">{text('enrolment.digits', { digits: digits.split('').join(' ') })}</p>
        <p>{text('enrolment.same')}</p>
        <p className={styles.wrong}>{text('enrolment.wrong')}</p>
        <p>{text(link.isOnline ? 'enrolment.wait' : 'enrolment.offline')}</p>
        <p className={styles.small}>{version}</p>
      </section>
    </main>
  )
}
