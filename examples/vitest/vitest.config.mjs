import { defineConfig } from "vitest/config";

export default defineConfig({ test: { globalSetup: "./dynadeck-setup.mjs" } });
