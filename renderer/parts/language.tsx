// The chosen language for everything below it, and the switch that changes it without losing what is on the screen.
import { createContext, use, useEffect, useMemo, useState, type ReactNode } from 'react'
import { Button as AriaButton, I18nProvider } from 'react-aria-components'
import { IntlProvider, useIntl } from 'react-intl'
import {
  ENGLISH,
  LANGUAGES,
  loadCatalog,
  type Catalog,
  type StartCatalog,
  type Language,
  type Text,
} from '#renderer/text/catalog.ts'
import { classNames } from './class-names.ts'
import { formatIstDate } from './ist.ts'
import styles from './language.module.css'

const STORAGE_KEY = 'tahsil.language'

type LanguageChoice = { readonly language: Language; readonly choose: (language: Language) => void }
const LanguageContext = createContext<LanguageChoice>({ language: 'en', choose: () => undefined })

export function LanguageProvider({ children }: { readonly children: ReactNode }) {
  const [shown, setShown] = useState<{ language: Language; catalog: Catalog | StartCatalog }>({
    language: 'en',
    catalog: ENGLISH,
  })
  const [language, setLanguage] = useState<Language>(storedLanguage)
  useEffect(() => {
    let isCurrent = true
    void loadCatalog(language).then((catalog) => {
      if (isCurrent) setShown({ language, catalog })
    })
    return () => {
      isCurrent = false
    }
  }, [language])
  useEffect(() => {
    document.documentElement.lang = shown.language
  }, [shown.language])
  const choice = useMemo(
    () => ({
      language: shown.language,
      choose: (next: Language) => {
        localStorage.setItem(STORAGE_KEY, next)
        setLanguage(next)
      },
    }),
    [shown.language],
  )
  return (
    <LanguageContext value={choice}>
      <I18nProvider locale="en-IN">
        <IntlProvider locale={`${shown.language}-IN`} messages={shown.catalog} timeZone="Asia/Kolkata">
          {children}
        </IntlProvider>
      </I18nProvider>
    </LanguageContext>
  )
}

export function LanguageSwitch() {
  const { language, choose } = use(LanguageContext)
  const text = useText()
  return (
    <fieldset aria-label={text('language.label')} className={styles.switch}>
      {LANGUAGES.map(({ code, name }) => (
        <AriaButton
          key={code}
          lang={code}
          aria-pressed={code === language}
          className={classNames(styles.choice, code === language && styles.chosen)}
          onPress={() => choose(code)}
        >
          {name}
        </AriaButton>
      ))}
    </fieldset>
  )
}

/** Words of the chosen language. */
export function useText(): Text {
  const intl = useIntl()
  return useMemo(() => (key, values) => intl.formatMessage({ id: key }, values ?? {}), [intl])
}

/** `09 Nov 2026` with month names of the chosen language. */
export function useDateText(): (atMs: number) => string {
  const text = useText()
  return useMemo(() => {
    const months = text('months').split(' ')
    return (atMs) => formatIstDate(atMs, months)
  }, [text])
}

function storedLanguage(): Language {
  const stored = localStorage.getItem(STORAGE_KEY)
  return LANGUAGES.find(({ code }) => code === stored)?.code ?? 'en'
}
