// A debugger that is attached while the program runs, as an editor's is.
import { Session } from 'node:inspector'

const session = new Session()
session.connect()
session.post('Runtime.enable')
session.post('Debugger.enable')
