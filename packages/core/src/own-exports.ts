const exported = new Map<string, unknown>()

/**
 * What `@manyhands/core` exports besides its base, by name; empty as long as this copy of it is not loaded in this thread. Each side has its own copy of these: they
 * are sent by their names.
 */
export function ownExports(): Map<string, unknown> {
  return exported
}
