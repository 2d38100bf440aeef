// What this till can make of a scan by itself: the numbers that payment codes, payment slips and the municipality's own links name, or
// why it names none. Nothing is opened and nothing counts as paid. Made by start-host, used by router.ts for bill.find.
import type { ScanCodes } from '#core/bills/find-bill.ts'
import { readLinkRule, type LinkRule } from '#drivers/scanner/payload/link-rule.ts'
import { codesNamedBy, readPayload } from '#drivers/scanner/payload/payload.ts'

export const LINK_RULES_MAX = 20
/** What scanners type before a code when nothing else is set. */
export const STANDARD_SCAN_PREFIX = '~'

/** DIGIT's own citizen links, after the rules of the municipality: `…/my-bills/WS/WS+107+2025-26+000871`, `…?consumerCode=…`. */
const DIGIT_RULES = [
  String.raw`[Hh][Tt][Tt][Pp][Ss]?://[^?#]+/my-bills/[^/?#]+/([^/?#]+)/?[?#]?.*`,
  ...['consumerCode', 'consumerNumber', 'connectionNumber', 'propertyId', 'applicationNumber'].map(
    (name) => String.raw`[Hh][Tt][Tt][Pp][Ss]?://[^?#]+\?.*${name}=([^&#]+)[&#]?.*`,
  ),
]

/** Reasons of which the integrator, with more rules and names of services, may think otherwise. */
const UNCERTAIN: readonly string[] = ['no_rule_fits', 'not_a_code', 'names_no_bill', 'too_long']
const UPI_REASONS: readonly string[] = ['not_upi', 'bad_encoding', 'repeated_field', 'no_payee']

/** Throws RangeError naming the first rule that is none; drivers/scanner/payload/link-rule.ts says what one is. */
export function createScanReader(rules: readonly string[]): (text: string) => ScanCodes {
  if (rules.length > LINK_RULES_MAX)
    throw new RangeError(`there are more than ${LINK_RULES_MAX} rules for links`)
  const linkRules = [...rules, ...DIGIT_RULES].map(linkRuleOf)
  return (text) => {
    const payload = readPayload(text, linkRules)
    const codes = codesNamedBy(payload)
    if (codes.length > 0) return { codes, reason: null, isCertain: false }
    const reason = payload.kind === 'raw' ? publicReason(payload.reason) : 'names_no_bill'
    return { codes, reason, isCertain: !UNCERTAIN.includes(reason) }
  }
}

/** Throws RangeError. */
export function linkRuleOf(text: string): LinkRule {
  const rule = readLinkRule(text)
  if (rule === null) throw new RangeError(`${text} is no rule for links`)
  return rule
}

function publicReason(reason: string): string {
  return UPI_REASONS.includes(reason) ? 'upi_malformed' : reason
}
