// Remembers, over a restart of the window, that the answer to a payment was still awaited: an id, nothing about people.

const STORAGE_KEY = 'tahsil.inFlight'

export function rememberInFlight(collectionId: string): void {
  localStorage.setItem(STORAGE_KEY, collectionId)
}

export function forgetInFlight(): void {
  localStorage.removeItem(STORAGE_KEY)
}

export function rememberedInFlight(): string | null {
  return localStorage.getItem(STORAGE_KEY)
}
