/** Works: on the other side it gives what it gives here, or `expect`. */
export const works = (name, make, args = [], more = {}) => ({ name, make, args, ...more })
/** Refused, by a message that matches. */
export const refused = (name, make, refuse) => ({ name, make, args: [], refuse })
