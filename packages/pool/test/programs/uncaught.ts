import { currentProcess, Process, Thread } from '../../src/index.ts'

for (const Kind of [Process, Thread as unknown as typeof Process]) {
  const thrown = new Kind({
    target: () => {
      throw new RangeError(`thrown by ${currentProcess().name}`)
    },
  })
  const late = new Kind({
    target: () => {
      setTimeout(() => {
        throw new RangeError(`late in ${currentProcess().name}`)
      }, 1)
    },
  })
  for (const child of [thrown, late]) {
    await child.start()
    if ((await child.join())?.exitCode !== 1) process.exitCode = 1
  }
}
