/**
 * By what the cost of a function is remembered: its name and text. Most inputs make a new function for each task, as in
 * `items.map(item => delayed(() => use(item))())`, and what was learned of the first counts for all. The name is for
 * those that have their text in common: wrappers and bound functions.
 */
export function kindOf(fn: object): string {
  return `${String(Object.getOwnPropertyDescriptor(fn, 'name')?.value)} ${Function.prototype.toString.call(fn)}`
}
