// The catalogs of words: what a key is, which languages there are, and how one is loaded. English is always there;
// other languages come when they are chosen.
import { en } from './en.ts'
import type { lateEn } from './late-en.ts'

export type TextKey = keyof typeof en | keyof typeof lateEn
export type Catalog = Readonly<Record<TextKey, string>>
/** What the first screens need; the words of screens that are loaded later come after it. */
export type StartCatalog = Readonly<Record<keyof typeof en, string>>
export type LateCatalog = Readonly<Record<keyof typeof lateEn, string>>

/** `dateLocale` is what the browser calls it; names stand in their own script. */
export const LANGUAGES = [
  { code: 'en', name: 'English' },
  { code: 'hi', name: 'हिन्दी' },
] as const
export type Language = (typeof LANGUAGES)[number]['code']

export type TextValues = Readonly<Record<string, string | number>>
/** Words of the chosen language with values filled in (parts/language.tsx makes it). */
export type Text = (key: TextKey, values?: TextValues) => string

export const ENGLISH: StartCatalog = en

export async function loadCatalog(language: Language): Promise<Catalog> {
  if (language === 'en') return { ...en, ...(await import('./late-en.ts')).lateEn }
  const [{ hi }, { lateHi }] = await Promise.all([import('./hi.ts'), import('./late-hi.ts')])
  return { ...hi, ...lateHi }
}

/** Of the words that are there from the start. */
export function isTextKey(key: string): key is keyof StartCatalog {
  return Object.hasOwn(en, key)
}
