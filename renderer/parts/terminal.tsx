// The terminal's procedures and its polled status, for every screen below.
import type { TerminalClient, TerminalStatus } from '#rpc/procedures.ts'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { createContext, use, useCallback, useEffect, useState } from 'react'

const STATUS_POLL_MS = 1500

export const TerminalContext = createContext<TerminalClient | null>(null)
export const StatusContext = createContext<TerminalStatus | null>(null)

export function useTerminal(): TerminalClient {
  const client = use(TerminalContext)
  if (client === null) throw new Error('useTerminal needs a TerminalContext above it')
  return client
}

export function useStatus(): TerminalStatus {
  const status = use(StatusContext)
  if (status === null) throw new Error('useStatus needs a StatusContext above it')
  return status
}

/** The polled status itself; screens read it through useStatus. */
export function useStatusQuery() {
  const client = useTerminal()
  return useQuery({
    queryKey: ['status'],
    queryFn: () => client.terminal.status(),
    refetchInterval: STATUS_POLL_MS,
    retry: false,
  })
}

/** Asks for the status now instead of at the next poll. */
export function useRefreshStatus(): () => Promise<void> {
  const queries = useQueryClient()
  return useCallback(() => queries.invalidateQueries({ queryKey: ['status'] }), [queries])
}

/** The terminal's own time, ticking between polls. Epoch ms. */
export function useNow(stepMs = 1000): number {
  const { nowMs } = useStatus()
  const [ticked, setTicked] = useState({ sinceMs: nowMs, nowMs })
  useEffect(() => {
    const startedAt = performance.now()
    const timer = window.setInterval(
      () => setTicked({ sinceMs: nowMs, nowMs: nowMs + performance.now() - startedAt }),
      stepMs,
    )
    return () => window.clearInterval(timer)
  }, [nowMs, stepMs])
  return ticked.sinceMs === nowMs ? ticked.nowMs : nowMs
}
