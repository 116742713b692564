/**
 * Collects garbage now, that of this very job included: what it has dropped is gone when this returns.
 *
 * An object that a WeakRef was made for stays alive until the job ends. The microtask of another context ends it early:
 * V8 then forgets those objects.
 */
export function collectGarbage(): void {
  const { setFlagsFromString } = process.getBuiltinModule('node:v8')
  const { runInNewContext } = process.getBuiltinModule('node:vm')
  setFlagsFromString('--expose-gc') // for the next context: `gc` does not appear in this one
  const gc = runInNewContext('gc') as (() => void) | undefined
  setFlagsFromString('--no-expose-gc')
  runInNewContext('Promise.resolve().then(() => {})', {}, { microtaskMode: 'afterEvaluate' })
  gc?.()
}
