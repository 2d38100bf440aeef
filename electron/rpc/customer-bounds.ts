// How much the payer’s screen is given at most: here without the schemas, which weigh more than a screen. Used by customer.ts and the renderer.

export const CUSTOMER_LINES_MAX = 20
/** Receipts whose codes stand on the screen: more cannot be photographed from there. */
export const CUSTOMER_CODES_MAX = 3
