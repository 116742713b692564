import { expect, test, vi } from 'vitest'
import { CapturedOutput } from '../src/progress/captured-output.ts'

class Sink {
  written: string[] = []

  /** A property, as tests compare it. */
  declare write: (chunk: string | Uint8Array, encoding?: unknown, callback?: unknown) => boolean

  static {
    this.prototype.write = function (chunk, encoding, callback) {
      this.written.push(typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString())
      const done = typeof encoding === 'function' ? encoding : callback
      if (typeof done === 'function') done()
      return this.written.length < 3
    }
  }
}

test('whole lines are passed on, a line that is not finished waits', () => {
  const sink = new Sink()
  const caught = new CapturedOutput(sink, write => write())
  sink.write('a')
  expect(sink.written).toEqual([])
  sink.write('b\nc\nd')
  expect(sink.written).toEqual(['ab\nc\n'])
  caught.close()
  expect(sink.written).toEqual(['ab\nc\n', 'd'])
})

test('bytes of one character may come in two chunks', () => {
  const sink = new Sink()
  const caught = new CapturedOutput(sink, write => write())
  const bytes = Buffer.from('é\n')
  sink.write(bytes.subarray(0, 1))
  sink.write(bytes.subarray(1))
  caught.close()
  expect(sink.written.join('')).toBe('é\n')
})

test('strings of other encodings are decoded', () => {
  const sink = new Sink()
  const caught = new CapturedOutput(sink, write => write())
  sink.write(Buffer.from('text\n').toString('base64'), 'base64')
  caught.close()
  expect(sink.written).toEqual(['text\n'])
})

test('callbacks are called, and the answer is that of the stream', async () => {
  const sink = new Sink()
  const caught = new CapturedOutput(sink, write => write())
  await new Promise<void>(resolve => sink.write('held back', resolve))
  await new Promise<void>(resolve => sink.write('\n', 'utf8', resolve))
  expect(sink.write('2\n')).toBe(true)
  expect(sink.write('3\n')).toBe(false)
  caught.close()
})

test('after close the stream is as it was', () => {
  const sink = new Sink()
  const caught = new CapturedOutput(sink, write => write())
  expect(Object.hasOwn(sink, 'write')).toBe(true)
  caught.close()
  expect(Object.hasOwn(sink, 'write')).toBe(false)
  const own = vi.fn(() => true)
  sink.write = own
  new CapturedOutput(sink, write => write()).close()
  expect(sink.write).toBe(own)
})

test('who replaced write meanwhile keeps their place, and we pass everything on', () => {
  const sink = new Sink()
  const caught = new CapturedOutput(sink, () => expect.unreachable('caught after close'))
  const ours = sink.write
  const theirs: typeof ours = text => ours.call(sink, `> ${String(text)}`)
  sink.write = theirs
  caught.close()
  expect(sink.write).toBe(theirs)
  sink.write('half a line')
  expect(sink.written).toEqual(['> half a line'])
})
