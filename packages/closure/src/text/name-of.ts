/** The name of a function or class; undefined for a class with a static member of that name. Nothing of it is run. */
export function ownName(fn: object): string | undefined {
  const name: unknown = Object.getOwnPropertyDescriptor(fn, 'name')?.value
  return typeof name === 'string' ? name : undefined
}

export function nameOf(fn: object): string {
  return ownName(fn) ?? ''
}
