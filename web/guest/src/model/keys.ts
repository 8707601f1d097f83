/** What keys do on a step, besides what the browser does itself. */

/** With a keyboard the step is left without the mouse: by Enter, where that writes no new line. */
export function submitsByKey(event: KeyboardEvent): boolean {
  if (event.key !== "Enter" || event.isComposing) return false;
  const { target } = event;
  if (target instanceof HTMLTextAreaElement) return event.ctrlKey || event.metaKey;
  return target instanceof HTMLHeadingElement;
}
