// What processes import before they have something to do.
const holder = globalThis as { loaded?: number }
holder.loaded = (holder.loaded ?? 0) + 1

export const text = (): string => `preloaded ${holder.loaded === 1 ? 'once' : 'again'}`
