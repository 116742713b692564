import { type Link, links } from './link.ts'
import type { ServerAddress } from './messages.ts'
import { RemoteLink } from './remote-link.ts'

/** The way of this thread to the objects of the server at `server`. */
export function linkTo(server: ServerAddress): Link {
  let link = links().get(server.id)
  if (link === undefined) {
    link = new RemoteLink(server, () => void links().delete(server.id))
    links().set(server.id, link)
  }
  return link
}
