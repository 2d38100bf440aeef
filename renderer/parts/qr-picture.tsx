// A QR code as a picture: black on white whatever stands around it, with the quiet zone of the standard. Used by rescue.tsx and the customer
// display.
import type { CSSProperties } from 'react'
import { encode } from 'uqr'

/** White that the standard asks for on each side (ISO/IEC 18004). */
const QUIET_MODULES = 4

type Props = {
  readonly content: string
  readonly label: string
  readonly className: string | undefined
  readonly testId?: string
}

/** One square per dark module. `--modules` is how many it is across, so that a style can make each a whole number of pixels. */
export function QrPicture({ content, label, className, testId }: Props) {
  // In bytes and with no stronger correction than asked for, as the printer's is: the same code on paper and here.
  const bytes = Array.from(new TextEncoder().encode(content))
  const { data, size } = encode(bytes, { ecc: 'M', border: QUIET_MODULES, boostEcc: false })
  const path = data.flatMap((row, y) => row.map((isDark, x) => (isDark ? `M${x} ${y}h1v1h-1z` : ''))).join('')
  const across: CSSProperties & { readonly '--modules': number } = { '--modules': size }
  return (
    <svg
      role="img"
      aria-label={label}
      viewBox={`0 0 ${size} ${size}`}
      className={className}
      style={across}
      shapeRendering="crispEdges"
      data-testid={testId}
    >
      <rect width={size} height={size} fill="#ffffff" />
      <path d={path} fill="#000000" />
    </svg>
  )
}
