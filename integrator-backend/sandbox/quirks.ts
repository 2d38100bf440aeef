// Placeholder list, filled below.
export type Quirk = { number: number; summary: string; status: 'reproduced' | 'left-out'; where: string }
export const quirks: Quirk[] = []
