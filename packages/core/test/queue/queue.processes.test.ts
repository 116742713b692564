import { describeQueues } from '../suite/describe-queues.ts'

describeQueues('processes')
