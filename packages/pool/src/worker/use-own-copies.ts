// A module that does something when it is imported, because it must have happened before the next one is.
import * as base from '@manyhands/base'
import { useOwnCopies } from '@manyhands/closure/worker'
import lazy from '#lazy'
import { POOL_TAG } from '../entry-url.ts'
import * as pool from '../index.ts'

useOwnCopies({
  tags: new Set([POOL_TAG, base.CLOSURE_TAG]),
  find(tag, name) {
    const exports: object | undefined = tag === POOL_TAG ? pool : tag === base.CLOSURE_TAG ? lazy.packing() : undefined
    return (exports as Readonly<Record<string, unknown>> | undefined)?.[name]
  },
  modules: {
    '@manyhands/base': () => base,
    '@manyhands/core': lazy.core,
    '@manyhands/closure': lazy.packing,
    '@manyhands/pool': () => pool,
  },
})
