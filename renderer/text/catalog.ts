// The catalogs of words: what a key is, which languages there are, and how one is loaded. English is always there;
// other languages come when they are chosen.
import { en } from './en.ts'

export type TextKey = keyof typeof en
export type Catalog = Readonly<Record<TextKey, string>>

/** `dateLocale` is what the browser calls it; names stand in their own script. */
export const LANGUAGES = [
  { code: 'en', name: 'English' },
  { code: 'hi', name: 'हिन्दी' },
] as const
export type Language = (typeof LANGUAGES)[number]['code']

export type TextValues = Readonly<Record<string, string | number>>
/** Words of the chosen language with values filled in (parts/language.tsx makes it). */
export type Text = (key: TextKey, values?: TextValues) => string

export const ENGLISH: Catalog = en

export async function loadCatalog(language: Language): Promise<Catalog> {
  if (language === 'en') return en
  const { hi } = await import('./hi.ts')
  return hi
}

export function isTextKey(key: string): key is TextKey {
  return Object.hasOwn(en, key)
}
