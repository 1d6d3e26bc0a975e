// One dynadeck for the whole run. Vitest: `globalSetup: "./dynadeck-setup.mjs"`; Jest: the same file
// as `globalSetup`, with `export default setup`.
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";

export async function setup() {
  // Under `dynadeck record|replay -- npm test` there is a server already.
  if (process.env.DYNADECK_URL) return;
  const server = spawn(
    process.env.DYNADECK ?? "dynadeck",
    ["serve", "--in-memory", "--port", "0", "--log-level", "warn"],
    { stdio: ["ignore", "pipe", "inherit"] },
  );
  for await (const line of createInterface({ input: server.stdout })) {
    process.env.DYNADECK_URL = JSON.parse(line).url;
    break;
  }
  return () => server.kill();
}

export default setup;
