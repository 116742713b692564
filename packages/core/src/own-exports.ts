import { slot } from './state.ts'

/**
 * What `@manyhands/core` exports besides its base, by name; empty as long as it is not loaded in this thread. Each side has its own copy of these: they are sent by
 * their names.
 */
export function ownExports(): Map<string, unknown> {
  return slot('core.exports', () => new Map<string, unknown>())
}
