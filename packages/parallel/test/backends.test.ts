import { describeBackend } from './support/describe-backend.ts'

describeBackend('inline', 1)
describeBackend('inline', 2)
describeBackend('async', 1)
describeBackend('async', 5)
for (const jobs of [1, 2, 5]) {
  describeBackend('threads', jobs)
  describeBackend('processes', jobs)
}
