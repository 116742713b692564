import { runAsWorker } from 'synckit'
import * as tasks from './tasks.mjs'

runAsWorker(async (operation, x) => tasks[operation](x))
