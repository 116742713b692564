import { Parallel, delayed, parallelMap, taskRandom } from '@manyhands/parallel'

/** Two numbers of the task. */
export const draw = (): number[] => [taskRandom()(), taskRandom()()]

/** The same, with others in between. */
export async function drawLater(): Promise<number[]> {
  const first = taskRandom()()
  await new Promise(resolve => void setImmediate(resolve))
  return [first, taskRandom()()]
}

/** What the tasks of nested calls have. */
export async function drawDeeper(): Promise<{ nested: number[]; again: number[]; own: number[] }> {
  const one = (): number => taskRandom()()
  const nested = await parallelMap([0, 1], one, { jobs: 1 })
  const again = await Parallel({ jobs: 1 })([delayed(one)(), delayed(one)()])
  return { nested, again, own: await parallelMap([0, 1], one, { jobs: 1, seed: 7 }) }
}

const tried = new Set<number>()

/** Fails at the first attempt in each worker, after it has drawn. */
export function drawOrFail(index: number): number[] {
  const drawn = draw()
  if (tried.has(index)) return drawn
  tried.add(index)
  throw new Error('not yet')
}

/** From 10 to 20. */
export const drawPlain = (): number => taskRandom().int(10, 20)
