import { createRequire } from 'node:module'
import type { SvmConstructor } from 'libsvm-js'

let loading: Promise<SvmConstructor> | undefined

/** LIBSVM, compiled once in each thread and process. */
export function loadLibsvm(): Promise<SvmConstructor> {
  return (loading ??= load())
}

/**
 * libsvm-js is from 2018 and takes a runtime with a global `fetch` for a browser (it then prints "wasm streaming
 * compile failed"), and it makes every unhandled rejection end the program without a word. Both are undone here.
 */
async function load(): Promise<SvmConstructor> {
  const { fetch } = globalThis
  const require = createRequire(import.meta.url)
  const listeners = process.listeners('unhandledRejection')
  Reflect.deleteProperty(globalThis, 'fetch')
  try {
    // What this module exports is a promise, which `import` would have to be asked for twice.
    return await (require('libsvm-js') as Promise<SvmConstructor>)
  } finally {
    globalThis.fetch = fetch
    for (const listener of process.listeners('unhandledRejection')) {
      if (!listeners.includes(listener)) process.off('unhandledRejection', listener)
    }
  }
}
