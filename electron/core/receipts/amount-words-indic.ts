// An amount in Hindi and Punjabi words by Indian numbering. Every number below a hundred has a word of its own in these languages.
// Used by the receipt layout; English is in amount-in-words.ts.
import { AMOUNT_PAISE_MAX, type Paise } from '#contract/money.ts'

export type IndicLanguage = 'hi' | 'pa'

type Numerals = {
  /** 0 to 99. */
  readonly numbers: readonly string[]
  /** Hundred, thousand, lakh, crore. */
  readonly scales: readonly [string, string, string, string]
  readonly rupee: string
  readonly rupees: string
  readonly and: string
  readonly paise: string
  readonly only: string
}

const NUMERALS: Readonly<Record<IndicLanguage, Numerals>> = {
  hi: {
    numbers: numbersOf(`
      शून्य एक दो तीन चार पाँच छह सात आठ नौ
      दस ग्यारह बारह तेरह चौदह पंद्रह सोलह सत्रह अठारह उन्नीस
      बीस इक्कीस बाईस तेईस चौबीस पच्चीस छब्बीस सत्ताईस अट्ठाईस उनतीस
      तीस इकतीस बत्तीस तैंतीस चौंतीस पैंतीस छत्तीस सैंतीस अड़तीस उनतालीस
      चालीस इकतालीस बयालीस तैंतालीस चौवालीस पैंतालीस छियालीस सैंतालीस अड़तालीस उनचास
      पचास इक्यावन बावन तिरपन चौवन पचपन छप्पन सत्तावन अट्ठावन उनसठ
      साठ इकसठ बासठ तिरसठ चौंसठ पैंसठ छियासठ सड़सठ अड़सठ उनहत्तर
      सत्तर इकहत्तर बहत्तर तिहत्तर चौहत्तर पचहत्तर छिहत्तर सतहत्तर अठहत्तर उन्यासी
      अस्सी इक्यासी बयासी तिरासी चौरासी पचासी छियासी सतासी अठासी नवासी
      नब्बे इक्यानवे बानवे तिरानवे चौरानवे पचानवे छियानवे सत्तानवे अट्ठानवे निन्यानवे`),
    scales: ['सौ', 'हज़ार', 'लाख', 'करोड़'],
    rupee: 'रुपया',
    rupees: 'रुपये',
    and: 'और',
    paise: 'पैसे',
    only: 'मात्र',
  },
  pa: {
    numbers: numbersOf(`
      ਸਿਫ਼ਰ ਇੱਕ ਦੋ ਤਿੰਨ ਚਾਰ ਪੰਜ ਛੇ ਸੱਤ ਅੱਠ ਨੌਂ
      ਦਸ ਗਿਆਰਾਂ ਬਾਰਾਂ ਤੇਰਾਂ ਚੌਦਾਂ ਪੰਦਰਾਂ ਸੋਲ਼ਾਂ ਸਤਾਰਾਂ ਅਠਾਰਾਂ ਉੱਨੀ
      ਵੀਹ ਇੱਕੀ ਬਾਈ ਤੇਈ ਚੌਵੀ ਪੱਚੀ ਛੱਬੀ ਸਤਾਈ ਅਠਾਈ ਉਨੱਤੀ
      ਤੀਹ ਇਕੱਤੀ ਬੱਤੀ ਤੇਤੀ ਚੌਂਤੀ ਪੈਂਤੀ ਛੱਤੀ ਸੈਂਤੀ ਅਠੱਤੀ ਉਨਤਾਲੀ
      ਚਾਲੀ ਇਕਤਾਲੀ ਬਿਆਲੀ ਤਰਤਾਲੀ ਚੁਤਾਲੀ ਪੰਤਾਲੀ ਛਿਆਲੀ ਸੰਤਾਲੀ ਅਠਤਾਲੀ ਉਨੰਜਾ
      ਪੰਜਾਹ ਇਕਵੰਜਾ ਬਵੰਜਾ ਤਰਵੰਜਾ ਚੁਰੰਜਾ ਪਚਵੰਜਾ ਛਪੰਜਾ ਸਤਵੰਜਾ ਅਠਵੰਜਾ ਉਨਾਹਠ
      ਸੱਠ ਇਕਾਹਠ ਬਾਹਠ ਤਰੇਹਠ ਚੌਂਹਠ ਪੈਂਹਠ ਛਿਆਹਠ ਸਤਾਹਠ ਅਠਾਹਠ ਉਨੱਤਰ
      ਸੱਤਰ ਇਕਹੱਤਰ ਬਹੱਤਰ ਤਿਹੱਤਰ ਚੁਹੱਤਰ ਪੰਝੱਤਰ ਛਿਹੱਤਰ ਸਤੱਤਰ ਅਠੱਤਰ ਉਨਾਸੀ
      ਅੱਸੀ ਇਕਾਸੀ ਬਿਆਸੀ ਤਰਾਸੀ ਚੁਰਾਸੀ ਪਚਾਸੀ ਛਿਆਸੀ ਸਤਾਸੀ ਅਠਾਸੀ ਉਨਾਨਵੇਂ
      ਨੱਬੇ ਇਕਾਨਵੇਂ ਬਾਨਵੇਂ ਤਰਾਨਵੇਂ ਚੁਰਾਨਵੇਂ ਪਚਾਨਵੇਂ ਛਿਆਨਵੇਂ ਸਤਾਨਵੇਂ ਅਠਾਨਵੇਂ ਨੜਿੰਨਵੇਂ`),
    scales: ['ਸੌ', 'ਹਜ਼ਾਰ', 'ਲੱਖ', 'ਕਰੋੜ'],
    rupee: 'ਰੁਪਇਆ',
    rupees: 'ਰੁਪਏ',
    and: 'ਅਤੇ',
    paise: 'ਪੈਸੇ',
    only: 'ਸਿਰਫ਼',
  },
}

/** `एक हज़ार पाँच सौ चालीस रुपये मात्र`. Throws RangeError below zero or above the largest amount. */
export function amountInIndicWords(amount: Paise, language: IndicLanguage): string {
  if (amount < 0 || amount > AMOUNT_PAISE_MAX) throw new RangeError('words are for amounts that are taken')
  const numerals = NUMERALS[language]
  const rupees = Math.floor(amount / 100)
  const rest = amount % 100
  const unit = rupees === 1 ? numerals.rupee : numerals.rupees
  const paise = rest === 0 ? '' : ` ${numerals.and} ${numerals.numbers[rest] ?? ''} ${numerals.paise}`
  return `${integerInWords(rupees, numerals)} ${unit}${paise} ${numerals.only}`
}

function integerInWords(value: number, { numbers, scales }: Numerals): string {
  const [hundred, thousand, lakh, crore] = scales
  const parts = [
    [Math.floor(value / 10_000_000), crore],
    [Math.floor(value / 100_000) % 100, lakh],
    [Math.floor(value / 1_000) % 100, thousand],
    [Math.floor(value / 100) % 10, hundred],
    [value % 100, ''],
  ] as const
  const said = parts.filter(([count]) => count > 0)
  if (said.length === 0) return numbers[0] ?? ''
  return said.map(([count, scale]) => `${numbers[count] ?? ''} ${scale}`.trim()).join(' ')
}

function numbersOf(text: string): string[] {
  const numbers = text.trim().split(/\s+/)
  if (numbers.length !== 100) throw new Error('every number below a hundred has a word')
  return numbers.map((word) => word.normalize('NFC'))
}
