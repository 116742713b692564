import { expect, test } from 'vitest'
import { Deque } from '../src/dispatch/deque.ts'
import { Lane } from '../src/dispatch/lane.ts'
import type { QueueItem } from '../src/dispatch/shipment.ts'

test('a deque does what an array does, through many changes of its size', () => {
  const deque = new Deque<number>()
  const array: number[] = []
  let state = 1
  const next = (): number => (state = (state * 48271) % 2147483647)
  for (let i = 0; i < 20_000; i++) {
    const grows = Math.floor(i / 2500) % 2 === 0
    const what = next() % 10
    if (what < (grows ? 4 : 1)) {
      deque.push(i)
      array.push(i)
    } else if (what < (grows ? 7 : 2)) {
      deque.unshift(i)
      array.unshift(i)
    } else {
      expect(deque.first).toBe(array[0])
      expect(deque.shift()).toBe(array.shift())
    }
    expect(deque.length).toBe(array.length)
  }
  expect([...deque]).toEqual(array)
})

test('a lane keeps the order of all, and lets those that can share a worker go past the others', () => {
  const item = (name: string, exclusive: boolean) => ({ name, exclusive, wanted: true }) as unknown as QueueItem
  const lane = new Lane(0)
  const names = ['s1', 'L1', 's2', 'L2', 's3']
  for (const name of names) lane.push(item(name, name.startsWith('L')))
  expect([...lane].map(({ name }) => name)).toEqual(names)
  const first = lane.front() as QueueItem
  expect(first.name).toBe('s1')
  lane.take(first)
  expect(lane.front()?.name).toBe('L1')
  const shared = lane.frontShared() as QueueItem
  expect(shared.name).toBe('s2')
  lane.take(shared)
  lane.unshift(shared)
  expect([...lane].map(({ name }) => name)).toEqual(['L1', 's2', 'L2', 's3'])
  lane.unshift(item('L0', true))
  expect([...lane].map(({ name }) => name)).toEqual(['L0', 'L1', 's2', 'L2', 's3'])
})
