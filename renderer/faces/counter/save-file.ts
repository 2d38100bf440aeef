// Hands a rendered receipt to the browser as a download, under a name without slashes.

type RenderedFile = { readonly mime: string; readonly fileName: string; readonly base64: string }

const REVOKE_AFTER_MS = 60_000

export function saveFile({ mime, fileName, base64 }: RenderedFile): void {
  const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0))
  const url = URL.createObjectURL(new Blob([bytes], { type: mime }))
  const link = document.createElement('a')
  link.href = url
  link.download = fileName.replace(/[^\w.-]+/g, '-')
  link.click()
  window.setTimeout(() => URL.revokeObjectURL(url), REVOKE_AFTER_MS)
}
