// Five short tones made by the machine itself, no files. Every tone has a twin on the screen; staff can mute them.

export type Tone = 'scan' | 'attention' | 'paid' | 'failed'

type Note = { readonly hertz: number; readonly startMs: number; readonly lengthMs: number }

const TONES: Readonly<Record<Tone, readonly Note[]>> = {
  scan: [{ hertz: 1760, startMs: 0, lengthMs: 80 }],
  attention: [
    { hertz: 660, startMs: 0, lengthMs: 120 },
    { hertz: 520, startMs: 140, lengthMs: 160 },
  ],
  paid: [
    { hertz: 660, startMs: 0, lengthMs: 100 },
    { hertz: 830, startMs: 110, lengthMs: 100 },
    { hertz: 990, startMs: 220, lengthMs: 180 },
  ],
  failed: [
    { hertz: 220, startMs: 0, lengthMs: 160 },
    { hertz: 220, startMs: 220, lengthMs: 220 },
  ],
}
const VOLUME = 0.12
const MUTE_KEY = 'tahsil.isMuted'

let context: AudioContext | null = null

export function isMuted(): boolean {
  return localStorage.getItem(MUTE_KEY) === 'true'
}

export function setMuted(value: boolean): void {
  localStorage.setItem(MUTE_KEY, String(value))
}

/** Plays a tone unless muted. Never throws: a machine without sound is still a till. */
export function playTone(tone: Tone): void {
  if (isMuted()) return
  try {
    context ??= new AudioContext()
    if (context.state === 'suspended') void context.resume().catch(() => undefined)
    for (const note of TONES[tone]) playNote(context, note)
  } catch {
    context = null
  }
}

function playNote(audio: AudioContext, note: Note): void {
  const oscillator = audio.createOscillator()
  const gain = audio.createGain()
  const startAt = audio.currentTime + note.startMs / 1000
  const endAt = startAt + note.lengthMs / 1000
  oscillator.frequency.value = note.hertz
  gain.gain.setValueAtTime(0, startAt)
  gain.gain.linearRampToValueAtTime(VOLUME, startAt + 0.01)
  gain.gain.linearRampToValueAtTime(0, endAt)
  oscillator.connect(gain).connect(audio.destination)
  oscillator.start(startAt)
  oscillator.stop(endAt)
}
