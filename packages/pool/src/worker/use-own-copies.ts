// A module that does something when it is imported, because it must have happened before the next one is.
import { useOwnCopies } from '@manyhands/closure/worker'
import { POOL_TAG } from '../entry-url.ts'
import * as pool from '../index.ts'

useOwnCopies({ tags: new Set([POOL_TAG]), find: (_, name) => (pool as Readonly<Record<string, unknown>>)[name] })
