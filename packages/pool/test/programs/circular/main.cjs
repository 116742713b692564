// As main.ts, of CommonJS.
const { ThreadPoolExecutor, ProcessPoolExecutor } = require('../../../src/index.ts')

exports.fromMain = 5
console.log('main runs')
const { use } = require('./lib.cjs')
const pool =
  process.argv[2] === 'threads' ? new ThreadPoolExecutor({ maxWorkers: 1 }) : new ProcessPoolExecutor({ maxWorkers: 1 })
pool.submit(use, 1).then(
  result => console.log('result', result),
  error => console.error(error),
)
