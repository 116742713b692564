import { isParallelError, JoinableQueue, Lock, SharedEvent } from '@manyhands/core'
import { Value } from '@manyhands/shared-memory'
import type { Backend } from './args.ts'
import { type Fit, fitFold, type FitResult, type Rows } from './svc.ts'

/** What the fits of one search have in common, wherever they run. */
export interface Board {
  /** Finished fits, as they come. */
  readonly results: JoinableQueue<FitResult>
  /** The highest accuracy of a fit so far; its lock is taken to raise it. */
  readonly best: Value<'f64'>
  readonly lock: Lock
  /** Set when a fit has reached `stopAt`: those that have not begun are left out. */
  readonly stop: SharedEvent
  readonly stopAt: number
}

/** Undefined where this machine cannot share memory with processes. */
export function createBoard(backend: Backend, stopAt = Infinity): Board | undefined {
  const across = backend === 'processes' ? 'processes' : 'threads'
  try {
    const lock = new Lock({ across })
    return {
      results: new JoinableQueue({ across }),
      best: new Value('f64', 0, { across, lock }),
      lock,
      stop: new SharedEvent({ across }),
      stopAt,
    }
  } catch (error) {
    if (isParallelError(error) && error.code === 'ERR_MANYHANDS_NO_SHARED_MEMORY') return undefined
    throw error
  }
}

/** Task: a fit that posts its result to the board, unless the search has stopped. Without a board it returns it. */
export async function fitOnBoard(rows: Rows, fit: Fit, board: Board | undefined): Promise<FitResult | undefined> {
  if (board === undefined) return fitFold(rows, fit)
  if (board.stop.isSet) return undefined
  const result = await fitFold(rows, fit)
  await board.results.put(result)
  const accuracy = result.correct / result.total
  await board.lock.runExclusive(() => {
    board.best.value = Math.max(board.best.value, accuracy)
  })
  if (accuracy >= board.stopAt) board.stop.set()
  return undefined
}

/** Takes results from the board until its queue is shut down. */
export async function collect({ results }: Board): Promise<FitResult[]> {
  const taken: FitResult[] = []
  for await (const result of results) {
    taken.push(result)
    results.taskDone()
  }
  return taken
}
