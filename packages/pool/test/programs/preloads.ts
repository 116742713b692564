import { getContext, setPreload } from '../../src/index.ts'

// Modules that all processes find loaded; the module counts how often it is run.
const preloaded = new URL('../tasks/preloaded.ts', import.meta.url)
const { Process, warmUp } = getContext('forkserver')
setPreload([preloaded, 'node:zlib'])
console.log('loaded' in globalThis)
const report = (url: string) => async () =>
  console.log('loaded' in globalThis, ((await import(url)) as { text(): string }).text())
const first = new Process({ target: report(preloaded.href) })
await first.start()
await first.join()
await warmUp()
for (let i = 0; i < 2; i++) {
  const child = new Process({ target: report(preloaded.href) })
  await child.start()
  await child.join()
}
