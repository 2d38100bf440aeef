// Looks at a screen as a person with either language and any counter PC would: keeps a picture, finds words that are cut off, and asks the
// accessibility checker. Used by the tests of the screens.
import { copyFileSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { AxeBuilder } from '@axe-core/playwright'
import type { Page } from 'playwright-core'
import { CLIPPED_SCRIPT } from './clipped-words.ts'
import { pastShield } from './counter-kit.ts'
import { picturesFolder } from './open-browser.ts'

const SIZES = [
  { width: 1024, height: 768 },
  { width: 1366, height: 768 },
  { width: 1920, height: 1080 },
]
const SMALL = SIZES[0] ?? { width: 1024, height: 768 }
export const USUAL = SIZES[1] ?? { width: 1366, height: 768 }
const LANGUAGES = [
  ['en', 'English'],
  ['hi', 'हिन्दी'],
] as const
/** Of the six views of a screen these are kept as pictures. */
const PICTURED = ['en-1366', 'en-1920', 'hi-1024']
const readmePictures = join(import.meta.dirname, '..', '..', 'renderer', 'pictures')

export type Looking = ReturnType<typeof startLooking>

/** `kept`: screens that the README shows, in English at the usual size (renewed with TAHSIL_PICTURES=keep). */
export function startLooking(kept: readonly string[] = []) {
  const faults: string[] = []

  const findClipped = async (page: Page, view: string): Promise<void> => {
    const clipped = await page.evaluate<string[]>(CLIPPED_SCRIPT)
    faults.push(...clipped.map((words) => `${view}: ${words}`))
  }
  const askAxe = async (builder: AxeBuilder, view: string): Promise<void> => {
    const { violations } = await builder.analyze()
    for (const { id, impact, nodes } of violations) {
      if (impact !== 'serious' && impact !== 'critical') continue
      faults.push(`${view}: ${impact} ${id} ${nodes.map(({ html }) => html.slice(0, 120)).join(' ')}`)
    }
  }

  /** In both languages at every size, and axe once per language. */
  const look = async (page: Page, name: string): Promise<void> => {
    for (const [language, label] of LANGUAGES) {
      await pastShield(page)
      await switchLanguage(page, language, label)
      for (const size of SIZES) {
        await page.setViewportSize(size)
        await page.evaluate('document.fonts.ready')
        await page.waitForTimeout(50)
        const view = `${name}-${language}-${size.width}`
        if (PICTURED.includes(`${language}-${size.width}`)) {
          await page.screenshot({ path: join(picturesFolder, `${view}.png`) })
        }
        await findClipped(page, view)
      }
      await page.setViewportSize(USUAL)
      await askAxe(new AxeBuilder({ page }).setLegacyMode(), `${name} ${language}`)
      if (language === 'en' && kept.includes(name) && process.env['TAHSIL_PICTURES'] === 'keep') {
        mkdirSync(readmePictures, { recursive: true })
        copyFileSync(
          join(picturesFolder, `${name}-en-${USUAL.width}.png`),
          join(readmePictures, `${name}.png`),
        )
      }
    }
    await switchLanguage(page, 'en', 'English')
  }

  /** Opens a dialog in each language in turn, because it covers the switch; ends closed and in English. */
  const lookAtDialog = async (page: Page, name: string, open: () => Promise<void>): Promise<void> => {
    for (const [language, label] of LANGUAGES.toReversed()) {
      await switchLanguage(page, language, label)
      await open()
      await page.getByRole('dialog').waitFor()
      for (const size of [SMALL, USUAL]) {
        await page.setViewportSize(size)
        await page.waitForTimeout(80)
        const view = `${name}-${language}-${size.width}`
        await page.screenshot({ path: join(picturesFolder, `${view}.png`) })
        await findClipped(page, view)
      }
      await askAxe(new AxeBuilder({ page }).setLegacyMode().include('[role="dialog"]'), `${name} ${language}`)
      await page.keyboard.press('Escape')
      await page.getByRole('dialog').waitFor({ state: 'detached' })
    }
  }

  return { look, lookAtDialog, faultsSoFar: () => faults.splice(0) }
}

async function switchLanguage(page: Page, code: string, label: string): Promise<void> {
  if ((await page.locator('html').getAttribute('lang')) === code) return
  await page.getByRole('button', { name: label }).click()
  await page.locator(`html[lang="${code}"]`).waitFor()
}
