/**
 * The key under which the measured cost of a function is kept: its name and text. Most inputs make a new function for
 * each task, as in `items.map(item => delayed(() => use(item))())`, and the cost of the first counts for all. The name
 * is for functions that have their text in common: wrappers and bound functions.
 */
export function costKeyOf(fn: object): string {
  return `${String(Object.getOwnPropertyDescriptor(fn, 'name')?.value)} ${Function.prototype.toString.call(fn)}`
}
