// Pages that say in words why a request was refused, for a person who came without the launcher. Called by http-server.ts.
import { createHash } from 'node:crypto'

const STYLE =
  'body{font:18px/1.5 sans-serif;max-width:34em;margin:4em auto;padding:0 1em;color:#0b0c0c;background:#fff}h1{font-size:1.4em}code{background:#eee;padding:.1em .3em}'

/** The only style these pages may have, named in their Content-Security-Policy. */
export const WORD_PAGE_STYLE_HASH = `'sha256-${createHash('sha256').update(STYLE).digest('base64')}'`

export type Words = { readonly title: string; readonly text: string }

export const WORDS = {
  noCookie: {
    title: 'Open Tahsil from its own starter',
    text: 'This address works only in the window that Tahsil opened. If you have closed it, press Enter where Tahsil was started, or start Tahsil again.',
  },
  tokenDead: {
    title: 'This link does not work any more',
    text: 'A link to the till works once, within two minutes. Press Enter where Tahsil was started to get a new one, or start Tahsil again.',
  },
  notHere: { title: 'There is nothing here', text: 'Go back to the till.' },
  wrongHost: {
    title: 'Wrong address',
    text: 'The till answers only at the address 127.0.0.1 that was shown when it started.',
  },
  wrongOrigin: { title: 'Not from here', text: 'Only the till’s own page may do this.' },
  wrongMethod: { title: 'Not like this', text: 'This address does not take this kind of request.' },
  tooLarge: { title: 'Too large', text: 'More was sent than the till reads at once.' },
  failed: { title: 'Something went wrong', text: 'It was logged. The payments on this till are safe.' },
} as const satisfies Record<string, Words>

export function wordPage({ title, text }: Words): string {
  return `<!doctype html>
<html lang="en"><meta charset="utf-8"><title>${title}</title><style>${STYLE}</style>
<h1>${title}</h1><p>${text}</p></html>
`
}
