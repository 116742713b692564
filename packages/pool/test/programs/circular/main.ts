import { Process, ProcessPoolExecutor, setPreload, Thread, ThreadPoolExecutor, warmUp } from '../../../src/index.ts'
import { Child } from './child.ts'
import { Counter, use } from './lib.ts'

// Its functions go to workers by reference, and the module that they are in imports this one.
export const fromMain = 5
console.log('main runs')
const [, , kind, way = ''] = process.argv
const newPool = (options = {}) =>
  kind === 'threads'
    ? new ThreadPoolExecutor({ maxWorkers: 1, ...options })
    : new ProcessPoolExecutor({ maxWorkers: 1, ...options })
const run = async (child: Process | Thread): Promise<void> => {
  await child.start()
  if ((await child.join())?.exitCode !== 0) throw new Error('it failed')
}
const ways: Readonly<Record<string, () => unknown>> = {
  'a function': () => newPool().submit(use, 1),
  'a class': () => newPool().submit((counter: Counter) => counter.start, new Counter()),
  'an initializer': () => newPool({ initializer: use, initializerArgs: [1] }).submit(() => {}),
  'a nested pool': () =>
    newPool().submit(
      async url => {
        const pool = new ThreadPoolExecutor({ maxWorkers: 1 })
        return pool.submit(async from => ((await import(from)) as { use(x: number): number }).use(1), url)
      },
      new URL('./lib.ts', import.meta.url).href,
    ),
  'a target': () =>
    run(kind === 'threads' ? new Thread({ target: use, args: [1] }) : new Process({ target: use, args: [1] })),
  'a subclass': () => run(new Child()),
  'an import of its own': () => newPool().submit(async url => (await import(url)) as unknown, import.meta.url),
  preload: async () => {
    setPreload([new URL('./lib.ts', import.meta.url)], { onError: 'warn' })
    await warmUp()
  },
  'a function of its own': () => newPool().submit((x: number) => x + fromMain, 1),
}
try {
  console.log('result', await ways[way]?.())
} catch (error) {
  console.error(error)
}
