import { delayed, Parallel, parallelMap } from '@manyhands/parallel'
import { currentWorker, type CurrentWorker } from '@manyhands/pool'
import { add } from './arithmetic.ts'

export type BackendUnderTest = 'inline' | 'async' | 'threads' | 'processes'

type Where = CurrentWorker | undefined

const here = (): Where => currentWorker()

const deeper = async (): Promise<Where[]> => [here(), ...(await Parallel({ jobs: 2 })([delayed(here)()]))]

/** Says where it runs, where a Parallel inside of it runs, and where one inside of that does. */
export async function whereNestedRuns(
  tasks: number,
  deep = 0,
): Promise<{ outer: Where; inner: Where[]; innermost: Where[] }> {
  const inner = await Parallel({ jobs: 2 })(Array.from({ length: tasks }, () => delayed(here)()))
  const innermost =
    deep === 0 ? [] : (await Parallel({ jobs: 2 })(Array.from({ length: deep }, () => delayed(deeper)()))).flat()
  return { outer: here(), inner, innermost }
}

/** One row of a table of sums, made by an inner loop. */
export function row(i: number, backend: BackendUnderTest): Promise<number[]> {
  return parallelMap([0, 1, 2], j => add(i, j), { backend, jobs: 2 })
}

/** Nests itself `left` times. */
export async function depth(left: number, backend: BackendUnderTest): Promise<number> {
  if (left === 0) return 0
  const [below] = await Parallel({ backend, jobs: 2 })([delayed(depth)(left - 1, backend)])
  return 1 + below
}

/** Fails in one branch of its inner loop. */
export function branch(i: number): Promise<number[]> {
  return parallelMap([0, 1], j => {
    if (i === 1 && j === 1) throw new RangeError('branch 1 1')
    return j
  })
}
