/**
 * What the runtime needs of the global object, taken when it is loaded: the code of tasks and of tests replaces it with
 * fake timers and with promises of its own, which must stop neither a worker's loop nor a pool.
 *
 * The lint rules refuse the globals themselves.
 */
export const {
  clearInterval,
  clearTimeout,
  Promise,
  queueMicrotask,
  setImmediate,
  setInterval,
  setTimeout,
}: Pick<
  typeof globalThis,
  'clearInterval' | 'clearTimeout' | 'Promise' | 'queueMicrotask' | 'setImmediate' | 'setInterval' | 'setTimeout'
> = globalThis

/** Milliseconds on a clock that never goes back. */
export const clock: () => number = performance.now.bind(performance)
