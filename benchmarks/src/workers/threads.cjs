const { Transfer, expose } = require('threads/worker')
const tasks = require('./tasks.cjs')

expose({ ...tasks, bounce: array => Transfer(array, [array.buffer]) })
