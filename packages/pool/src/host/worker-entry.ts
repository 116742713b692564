import { useOwnCopies } from '@manyhands/closure/worker'
import lazy from '#lazy'
import { ownClasses, POOL_TAG, workerEntryUrl } from '../entry-url.ts'

/** What a worker starts with: a file, or in a bundled program the text of one. */
export type WorkerEntry = { readonly url: URL } | { readonly text: string }

/** Where a worker that was started from a text keeps it, for workers of its own. */
const textKey = Symbol.for('manyhands.workerText')
/** Compiles the text `t` as a CommonJS module, whose imports are found from where the program runs. */
const compile =
  `globalThis[Symbol.for(${JSON.stringify(textKey.description)})]=t;` +
  "const m=new(require('node:module'))('manyhands-worker');m.paths=[];" +
  "m._compile(t,require('node:path').resolve('manyhands-worker.cjs'))"
/** As an argument the text would be too long: a process gets it as its first message. */
export const processBoot = `process.once('message',t=>{${compile}})`
export const threadBoot = `const t=require('node:worker_threads').workerData.text;${compile}`

let entry: WorkerEntry | undefined

/** Looks for the entry when it is first asked for; this must be before anything is packed for a worker. */
export function workerEntry(): WorkerEntry {
  return (entry ??= findEntry())
}

function findEntry(): WorkerEntry {
  const inherited = (globalThis as Readonly<Record<symbol, unknown>>)[textKey]
  if (typeof inherited === 'string') return { text: inherited }
  const url = workerEntryUrl()
  if (url !== undefined && process.getBuiltinModule('node:fs').existsSync(url)) return { url }
  useOwnCopies({ tags: new Set([POOL_TAG]), find: (_, name) => ownClasses().get(name) })
  return { text: lazy.workerText() }
}
