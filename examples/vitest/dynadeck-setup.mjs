// One dynadeck for the whole run. Vitest: `globalSetup: "./dynadeck-setup.mjs"`; Jest: the same line
// in its configuration.
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";

export default async function setup() {
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
  // It ends with the run, and does not keep the run from ending.
  server.stdout.destroy();
  server.unref();
  process.on("exit", () => server.kill());
}
