import { isNativeText, textOf } from '../text/function-text.ts'

/** An own property. The `stack` that the engine makes is one with a value. */
export function ownDescriptor(value: object, key: string | symbol): PropertyDescriptor | undefined {
  const descriptor = Object.getOwnPropertyDescriptor(value, key)
  // Of the engine, on errors and what Error.captureStackTrace was given.
  if (key === 'stack' && descriptor?.get !== undefined && isNativeText(textOf(descriptor.get))) {
    return {
      value: (value as { readonly stack: unknown }).stack,
      writable: true,
      configurable: true,
      enumerable: descriptor.enumerable === true,
    }
  }
  return descriptor
}
