const workerpool = require('workerpool')
const tasks = require('./tasks.cjs')

workerpool.worker({ ...tasks, bounce: array => new workerpool.Transfer(array, [array.buffer]) })
