import {
  type Connection,
  cpuCount,
  currentWorker,
  delayed,
  exit,
  getContext,
  isParallelError,
  Lock,
  Parallel,
  parallelMap,
  pipe,
  Process,
  ProcessPoolExecutor,
  SerializationError,
  SharedArray,
  Thread,
  ThreadPoolExecutor,
  Value,
} from 'manyhands'

// Bundled into one file and run where no package is installed: everything that workers need is in that file.

class Point {
  readonly x: number
  readonly y: number

  constructor(x: number, y: number) {
    this.x = x
    this.y = y
  }

  get sum(): number {
    return this.x + this.y
  }
}

class Counter extends Process {
  readonly word: string

  constructor(word: string) {
    super()
    this.word = word
  }

  override async run(): Promise<void> {
    const thread = new Thread({ target: () => exit(4) })
    await thread.start()
    exit(((await thread.join())?.exitCode ?? 0) + this.word.length)
  }
}

const scale = 3

async function main(): Promise<void> {
  for (const backend of ['threads', 'processes'] as const) {
    console.log(backend, await parallelMap([1, 2, 3], x => scale * x ** 2, { backend, jobs: 2 }))
    console.log(
      await Parallel({ jobs: 2, backend })([1, 2].map(x => delayed((point: Point) => point.sum)(new Point(x, x)))),
    )
  }
  for (const backend of ['threads', 'processes'] as const) {
    const table = await parallelMap([1, 2], async x => await parallelMap([x, 10], y => y * scale), { backend, jobs: 2 })
    console.log(JSON.stringify(table))
  }
  const single = new ThreadPoolExecutor({ maxWorkers: 1 })
  console.log(
    await single.submit(async () => {
      const squares = await Parallel({ backend: 'threads', jobs: 2 })([1, 2].map(x => delayed((y: number) => y * y)(x)))
      return squares.join() + typeof cpuCount() + String(currentWorker() !== undefined) + typeof parallelMap
    }),
  )
  console.log((await single.submit(() => parallelMap)) === parallelMap)
  await single.shutdown()
  for (const Pool of [ThreadPoolExecutor, ProcessPoolExecutor]) {
    const pool = new Pool({ maxWorkers: 1 })
    const point = await pool.submit((x: number) => new Point(x, x), 4)
    console.log(point instanceof Point, point.sum)
    const error = await pool
      .submit(() => {
        throw new SerializationError('mine')
      })
      .exception()
    console.log(isParallelError(error), error instanceof SerializationError)
    const inner = await pool.submit(async () => {
      const nested = new ThreadPoolExecutor({ maxWorkers: 1 })
      const result = await nested.submit((x: number) => x + scale, 1)
      await nested.shutdown()
      return result
    })
    console.log(inner)
    await pool.shutdown()
  }
  const threads = new ThreadPoolExecutor({ maxWorkers: 1 })
  const array = SharedArray.f64([4], { across: 'threads' })
  const value = new Value('i32', 0, { across: 'threads' })
  const lock = new Lock()
  await threads.submit(
    (numbers: typeof array, count: typeof value, own: Lock) =>
      own.runExclusive(() => {
        numbers.data[1] = 5
        count.value += 2
      }),
    array,
    value,
    lock,
  )
  console.log(array.data[1], value.value, lock.locked)
  await threads.shutdown()
  for (const Kind of [Process, Thread, getContext('forkserver').Process]) {
    const child = new Kind({ target: (word: string) => exit(word.length), args: ['seven'] })
    await child.start()
    console.log(await child.join())
  }
  for (const Kind of [Process, Thread]) {
    const [ours, theirs] = pipe()
    const child = new Kind({
      target: async (connection: Connection) => {
        const point = await connection.recv<Point>()
        await connection.send((x: number) => x + point.sum)
      },
      args: [theirs],
    })
    await child.start()
    await ours.send(new Point(1, 2))
    const add = await ours.recv<(x: number) => number>()
    console.log(add(10))
    await child.join()
  }
  const counter = new Counter('abc')
  await counter.start()
  console.log(await counter.join())
}

void main()
