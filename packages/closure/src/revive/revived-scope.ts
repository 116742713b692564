import { Script } from 'node:vm'
import { SCOPE_MARK } from '../protocol/scope-mark.ts'

/** Variables that several functions share. */
export interface RevivedScope {
  readonly names: readonly string[]
  set(values: readonly unknown[]): void
  /** Compiles a text that sees the variables. */
  evaluate(text: string): unknown
}

type Inner = Pick<RevivedScope, 'set' | 'evaluate'>

/** @param parent - the scope around it */
export function createScope(names: readonly string[], parent: RevivedScope | undefined): RevivedScope {
  const assignments = names.map((name, i) => `${name}=__manyhands_values[${i}]`).join(';')
  const text =
    `(()=>{let ${names.join(',')};const ${SCOPE_MARK}={};return{` +
    `set:__manyhands_values=>{${assignments}},evaluate:__manyhands_text=>eval(__manyhands_text)}})()`
  const inner =
    parent === undefined
      ? (new Script(text, { filename: 'manyhands:scope' }).runInThisContext() as Inner)
      : (parent.evaluate(text) as Inner)
  return { names, set: values => inner.set(values), evaluate: code => inner.evaluate(code) }
}

const byId = new Map<string, WeakRef<RevivedScope>>()
const ofClasses = new WeakMap<object, RevivedScope>()
const collected = new FinalizationRegistry<string>(id => {
  if (byId.get(id)?.deref() === undefined) byId.delete(id)
})

/** By id, those that an initializer has set up; the oldest first. */
const kept = new Map<string, RevivedScope>()
const MAX_KEPT = 1000

/** A scope that an earlier message has brought: a class goes on to use it, or an initializer has set it up. */
export function knownScope(id: string): RevivedScope | undefined {
  return kept.get(id) ?? byId.get(id)?.deref()
}

/** For a scope that an initializer sets up: later tasks find it as it is then. */
export function keepForGood(id: string, scope: RevivedScope): void {
  kept.set(id, scope)
  if (kept.size > MAX_KEPT) kept.delete(kept.keys().next().value as string)
}

/** Notes that `type`, which later messages may bring again, uses `scope`. */
export function keepScope(id: string, scope: RevivedScope, type: object): void {
  ofClasses.set(type, scope)
  if (byId.get(id)?.deref() === scope) return
  byId.set(id, new WeakRef(scope))
  collected.register(scope, id)
}
