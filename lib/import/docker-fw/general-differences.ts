/** What is not as in docker-fw wherever it matters, and stands at no line of its files. docs/docker-fw.md gives the reasons. */
export const GENERAL_DIFFERENCES: readonly string[] = Object.freeze([
  "the host itself is closed, too, but for SSH: docker-fw leaves it to other rules",
  "containers are closed in every network of Docker, over IPv4 and IPv6: docker-fw knows `docker0` and IPv4",
  "what `add` opens is the container's port, whether Docker publishes it or not",
  "rules hold from before a container runs, and follow it by its name: nothing is replayed",
]);
