import { describeValue, InvalidStateError, markOwn } from '@manyhands/base'
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64'
import { uniformInt } from 'pure-rand/distribution/uniformInt'
import { xoroshiro128plusFromState } from 'pure-rand/generator/xoroshiro128plus'
import { parallelOrigin } from '../parallel-origin.ts'
import { currentTaskSeed, type TaskRandom } from './task-seed.ts'

/**
 * Random numbers for the task that is running. They depend on the option `seed` of its call and on its position in the
 * input, and on nothing else: backend, jobs, batches and retries change nothing. In one task it is the same generator
 * each time, which goes on.
 *
 * The tasks of a nested call, if that has no seed of its own, have numbers that depend on the task around it.
 *
 * The generator is xoroshiro128+. Its state are the first 16 bytes of the SHA-256 of the seed and the position, so that
 * tasks do not share a part of their numbers. It is not for secrets.
 *
 * ```ts
 * const roll = () => taskRandom().int(1, 6)
 * await Parallel({ seed: 42 })([delayed(roll)(), delayed(roll)()]) // the same two numbers each time
 * ```
 *
 * @throws InvalidStateError outside of a task, and in a task of a call without `seed`
 */
export function taskRandom(): TaskRandom {
  const task = currentTaskSeed()
  if (task === undefined) {
    throw new InvalidStateError(
      'taskRandom() works in a task of a call that was given the option `seed`: write Parallel({ seed: 42 })',
    )
  }
  return (task.random ??= randomOf(task.path))
}

function randomOf(path: string): TaskRandom {
  const hash = process.getBuiltinModule('node:crypto').createHash('sha256').update(path).digest()
  const generator = xoroshiro128plusFromState([0, 4, 8, 12].map(offset => hash.readInt32BE(offset)))
  return Object.assign(() => uniformFloat64(generator), {
    int(least: number, most: number): number {
      if (!Number.isSafeInteger(least) || !Number.isSafeInteger(most) || least > most) {
        const given = `${describeValue(least)}, ${describeValue(most)}`
        throw new RangeError(`int(least, most) takes two safe integers, the lesser one first, got ${given}`)
      }
      return uniformInt(generator, least, most)
    },
  })
}

markOwn(taskRandom, () => parallelOrigin('taskRandom'))
