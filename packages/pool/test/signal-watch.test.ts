import { getEventListeners } from 'node:events'
import { expect, test } from 'vitest'
import { SignalWatch } from '../src/executor/signal-watch.ts'

test('one listener serves all that wait for a signal, and goes with the last of them', () => {
  const watch = new SignalWatch()
  const { signal } = new AbortController()
  const ends = [1, 2, 3].map(() => watch.watch(signal, () => {}))
  expect(getEventListeners(signal, 'abort')).toHaveLength(1)
  for (const end of ends) end()
  expect(getEventListeners(signal, 'abort')).toHaveLength(0)
  ends[0]?.()
  watch.watch(signal, () => {})
  expect(getEventListeners(signal, 'abort')).toHaveLength(1)
})

test('an abort tells all that still wait, with the reason', () => {
  const watch = new SignalWatch()
  const controller = new AbortController()
  const told: unknown[] = []
  const ends = ['a', 'b', 'c'].map(name => watch.watch(controller.signal, reason => told.push([name, reason])))
  ends[1]?.()
  controller.abort('enough')
  expect(told).toEqual([
    ['a', 'enough'],
    ['c', 'enough'],
  ])
  ends[0]?.()
})

test('one that is told may end the watch of another', () => {
  const watch = new SignalWatch()
  const controller = new AbortController()
  const told: string[] = []
  const last: (() => void)[] = []
  watch.watch(controller.signal, () => {
    told.push('first')
    last[0]?.()
  })
  last.push(watch.watch(controller.signal, () => told.push('second')))
  controller.abort()
  expect(told).toEqual(['first'])
})
