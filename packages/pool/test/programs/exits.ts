import { exit, Process, Thread } from '../../src/index.ts'

for (const Kind of [Process, Thread as unknown as typeof Process]) {
  for (const reason of [[1, 2, 3], 'ignore this', true, 8, null]) {
    const child = new Kind({ target: exit, args: [reason] })
    await child.start()
    await child.join()
  }
}
