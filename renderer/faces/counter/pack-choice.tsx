// The routes whose bills this till carries for work without a network: choose, fetch now, see how far and how old. Part of the
// readiness screen.
import { ageText } from '#renderer/parts/age-text.ts'
import { Button } from '#renderer/parts/button.tsx'
import { useText } from '#renderer/parts/language.tsx'
import { problemOf } from '#renderer/parts/problem-of.ts'
import { Panel, ProblemPanel, useProblemWords } from '#renderer/parts/problem-panel.tsx'
import { StatusMark } from '#renderer/parts/status-mark.tsx'
import { useNow, useTerminal } from '#renderer/parts/terminal.tsx'
import type { Problem } from '#contract/problem.ts'
import type { CarriedRoute } from '#rpc/packs.ts'
import { useMutation, useQuery } from '@tanstack/react-query'
import { Check, Download } from 'lucide-react'
import { useEffect } from 'react'
import { Checkbox } from 'react-aria-components'
import styles from './pack-choice.module.css'

const POLL_MS = 1000
/** As the core takes them; more than a collector walks in a day. */
const CHOSEN_MAX = 10

export function PackChoice({ onChanged }: { readonly onChanged: () => void }) {
  const text = useText()
  const client = useTerminal()
  const known = useQuery({
    queryKey: ['packs'],
    queryFn: () => client.packs.list(),
    refetchInterval: POLL_MS,
    retry: false,
  })
  const settled = () => void known.refetch().then(onChanged)
  const offers = useMutation({ mutationFn: () => client.packs.offers(), onSettled: settled })
  const choose = useMutation({
    mutationFn: (routeIds: string[]) => client.packs.choose({ routeIds }),
    onSettled: settled,
  })
  const fetchNow = useMutation({ mutationFn: () => client.packs.fetchNow(), onSettled: settled })
  const ask = offers.mutate
  useEffect(() => ask(), [ask])
  const routes = known.data?.routes ?? []
  const chosen = routes.filter(({ isChosen }) => isChosen).map(({ routeId }) => routeId)
  const toggle = (routeId: string, isChosen: boolean) =>
    choose.mutate(isChosen ? [...chosen, routeId] : chosen.filter((each) => each !== routeId))
  const offersProblem = offers.isError ? problemOf(offers.error) : null
  return (
    <section className={styles.card} aria-labelledby="packs-title">
      <h2 id="packs-title" className={styles.title}>
        {text('packs.title')}
      </h2>
      <p className={styles.hint}>{text('packs.hint')}</p>
      {routes.length === 0 ? (
        <p className={styles.none}>{text(offers.isPending ? 'packs.asking' : 'packs.noRoutes')}</p>
      ) : (
        <ul className={styles.list}>
          {routes.map((route) => (
            <li key={route.routeId} data-testid={`route-${route.routeId}`}>
              <Checkbox
                isSelected={route.isChosen}
                isDisabled={choose.isPending || (!route.isChosen && chosen.length >= CHOSEN_MAX)}
                onChange={(isChosen) => toggle(route.routeId, isChosen)}
                className={styles.row ?? ''}
              >
                <span className={styles.box}>
                  <Check aria-hidden size={20} strokeWidth={3} />
                </span>
                <span className={styles.words}>
                  <span className={styles.name}>{route.name}</span>
                  {route.consumerCount === null ? null : (
                    <span className={styles.small}>
                      {text('packs.consumers', { count: route.consumerCount })}
                    </span>
                  )}
                </span>
              </Checkbox>
              {route.isChosen ? <Carried route={route} /> : null}
            </li>
          ))}
        </ul>
      )}
      {offersProblem === null ? null : <ProblemPanel problem={offersProblem} />}
      {offers.isError && offersProblem === null ? (
        <Panel tone="warn" title={text('lost.title')}>
          <p>{text('lost.act')}</p>
        </Panel>
      ) : null}
      <Button
        kind="deep"
        icon={Download}
        isDisabled={chosen.length === 0}
        isBusy={fetchNow.isPending}
        onPress={() => {
          ask()
          fetchNow.mutate()
        }}
        testId="fetch-packs"
      >
        {text('packs.fetchNow')}
      </Button>
    </section>
  )
}

const STANDINGS = { fresh: 'ok', aging: 'warn', too_old: 'error' } as const

/** What is here, what is coming, and what went wrong with it. */
function Carried({ route }: { readonly route: CarriedRoute }) {
  const text = useText()
  const nowMs = useNow(10_000)
  const { inUse, loading, problem } = route
  return (
    <div className={styles.carried}>
      {inUse === null ? null : (
        <StatusMark tone={STANDINGS[inUse.standing]}>
          {text('packs.inUse', {
            count: inUse.billCount,
            age: ageText(text, Math.min(inUse.preparedAtMs, nowMs), nowMs),
          })}
        </StatusMark>
      )}
      {loading === null ? null : (
        <div>
          <StatusMark tone="wait">
            {text('packs.loading', { loaded: loading.loadedBills, count: loading.billCount })}
          </StatusMark>
          <progress
            className={styles.progress}
            value={loading.loadedBills}
            max={Math.max(1, loading.billCount)}
            aria-label={text('packs.progress', { name: route.name })}
          />
        </div>
      )}
      {problem === null ? null : <RouteProblem problem={problem} hasPack={inUse !== null} />}
      {inUse === null && loading === null && problem === null ? (
        <StatusMark tone="wait">{text('packs.soon')}</StatusMark>
      ) : null}
    </div>
  )
}

function RouteProblem({ problem, hasPack }: { readonly problem: Problem; readonly hasPack: boolean }) {
  const text = useText()
  const words = useProblemWords(problem)
  return (
    <div className={styles.problem}>
      <StatusMark tone={problem.code === 'pack_not_trusted' ? 'error' : 'warn'}>{words.what}</StatusMark>
      <p className={styles.small}>{words.act}</p>
      {hasPack ? <p className={styles.small}>{text('packs.oldStays')}</p> : null}
    </div>
  )
}
