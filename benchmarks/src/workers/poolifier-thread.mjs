import { ThreadWorker } from 'poolifier'
import { burn, echo, inc } from './tasks.mjs'

export default new ThreadWorker({ inc, echo, burn, bounce: echo })
