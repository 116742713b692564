import { CLOSURE_TAG, givenParts, partsKey } from '@manyhands/base'
import { useOwnCopies } from '@manyhands/closure/worker'
import lazy from '#lazy'
import { POOL_TAG, workerEntryUrl } from '../entry-url.ts'

/** What a worker starts with: a file, or in a bundled program the parts that take its place, by name. */
export type WorkerEntry = { readonly url: URL } | { readonly parts: Readonly<Record<string, string>> }

/** Does what `loadPart` does, for the parts `p`: modules are found from where the program runs. */
const load =
  `globalThis[Symbol.for(${JSON.stringify(partsKey.description)})]=new Map(Object.entries(p));` +
  "const m=new(require('node:module'))('manyhands-worker');m.paths=[];m.given={};" +
  "m._compile(require('node:zlib').brotliDecompressSync(Buffer.from(p['part-worker'],'base64')).toString()," +
  "require('node:path').resolve('manyhands-worker.cjs'))"
/** As an argument they would be too long: a process gets them as its first message. */
export const processBoot = `process.once('message',p=>{${load}})`
export const threadBoot = `const p=require('node:worker_threads').workerData.parts;${load}`

let entry: WorkerEntry | undefined

/** Looks for the entry when it is first asked for; this must be before anything is packed for a worker. */
export function workerEntry(): WorkerEntry {
  return (entry ??= findEntry())
}

function findEntry(): WorkerEntry {
  const inherited = givenParts()
  if (inherited.size > 0) return { parts: Object.fromEntries(inherited) }
  const url = workerEntryUrl()
  if (url !== undefined && process.getBuiltinModule('node:fs').existsSync(url)) return { url }
  useOwnCopies({ tags: new Set([POOL_TAG, CLOSURE_TAG]) })
  return { parts: lazy.parts() }
}
