// The kinds of state a mark can show; each has its own shape and colour (status-mark.tsx).
export type Tone = 'ok' | 'error' | 'warn' | 'info' | 'wait' | 'unknown' | 'off'
