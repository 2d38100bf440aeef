// Finds words that cannot be read because they are cut off or stand outside the window. Runs in the page, hence as text;
// used by counter-screens.test.ts.

/** Evaluates to a list of descriptions, empty when everything can be read or scrolled to. */
export const CLIPPED_SCRIPT = `(() => {
  const found = []
  const describe = (element) => element.tagName.toLowerCase() + ' "' + element.textContent.trim().slice(0, 50) + '"'
  const isShown = (element) => element.checkVisibility({ visibilityProperty: true, opacityProperty: true })
  const dialog = document.querySelector('[role="dialog"]')
  for (const element of (dialog ?? document.body).querySelectorAll('*')) {
    const hasOwnWords = [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim() !== '')
    if (!hasOwnWords || !isShown(element) || element.closest('.sr-only, svg, option') !== null) continue
    const style = getComputedStyle(element)
    if (style.position === 'absolute' && style.clipPath !== 'none') continue
    const isCut = style.overflowX !== 'visible' && element.scrollWidth > element.clientWidth + 1
    const isCutBelow = style.overflowY === 'hidden' && element.scrollHeight > element.clientHeight + 2
    if (isCut || isCutBelow) found.push('cut off: ' + describe(element))
    const range = document.createRange()
    range.selectNodeContents(element)
    const words = range.getBoundingClientRect()
    if (words.width === 0) continue
    if (words.left < -1 || words.right > innerWidth + 1) found.push('outside: ' + describe(element))
    // Words that push out of a box whose edge is drawn.
    const box = element.closest('button, li, td, [class*="card"], [class*="panel"]')
    if (box !== null && getComputedStyle(box).overflow === 'visible') {
      const edge = box.getBoundingClientRect()
      if (words.right > edge.right + 1 || words.left < edge.left - 1) found.push('over its edge: ' + describe(element))
    }
    // A scrolling list may hide what can be scrolled to; anything else may not.
    let parent = element.parentElement
    while (parent !== null && parent !== document.body) {
      const outer = getComputedStyle(parent)
      if (outer.overflowY === 'auto' || outer.overflowY === 'scroll') break
      if (outer.overflowY === 'hidden') {
        const edge = parent.getBoundingClientRect()
        if (words.bottom > edge.bottom + 2 && words.height < edge.height) found.push('below its edge: ' + describe(element))
      }
      parent = parent.parentElement
    }
    if ((parent === null || parent === document.body) && words.bottom > innerHeight + 1)
      found.push('below the window: ' + describe(element))
  }
  for (const input of document.querySelectorAll('input')) {
    if (isShown(input) && input.scrollWidth > input.clientWidth + 1 && input.value !== '') found.push('cut off: ' + input.value)
  }
  if (document.documentElement.scrollWidth > innerWidth) found.push('the page is wider than the window')
  return [...new Set(found)]
})()`
