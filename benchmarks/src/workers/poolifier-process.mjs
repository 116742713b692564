import { ClusterWorker } from 'poolifier'
import { burn, echo, inc } from './tasks.mjs'

export default new ClusterWorker({ inc, echo, burn })
